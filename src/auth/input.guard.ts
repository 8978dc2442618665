import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { InputChecker } from '../input/input-checker.js';
import { requestOf } from '../http/request.js';
import { checkInput } from '../http/check-input.js';
import { RefusedCommands } from '../refused-requests/refused-commands.js';
import { principalOf } from '../identity/request-principal.js';
import { inputOf, isUnchecked, settleArguments, type CheckedInput } from '../http/route-input.js';

/**
 * Is the input what the route takes? Stands behind {@link PermissionGuard}, ahead of whatever pipes and interceptors a
 * host binds globally, and gives the handler its input from there.
 */
@Injectable()
export class InputGuard implements CanActivate {
  constructor(
    private readonly checker: InputChecker,
    private readonly refusedCommands: RefusedCommands,
  ) {}

  /** @throws {RequestInvalidError} naming each field at fault; for a command it is on the trail. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (isUnchecked(context)) return true;
    const route = inputOf(context);
    if (!route) return false;
    const settle = (checked: CheckedInput): true => {
      settleArguments(context, route, checked);
      return true;
    };
    try {
      const checked = checkInput(this.checker, requestOf(context), route);
      if (!(checked instanceof Promise)) return settle(checked);
      return checked.then(settle, (error: unknown) => this.refuse(context, error));
    } catch (error) {
      return this.refuse(context, error);
    }
  }

  private async refuse(context: ExecutionContext, error: unknown): Promise<never> {
    await this.refusedCommands.record(context, principalOf(requestOf(context)), error);
    throw error;
  }
}
