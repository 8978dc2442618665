import { Injectable, type CanActivate, type ExecutionContext, type Type } from '@nestjs/common';
import { fieldsOf } from '../common/fields.js';
import { InputChecker } from '../common/input-checker.js';
import { RequestInvalidError } from '../common/latchkey-error.js';
import { bodyOf, isBodyless } from '../common/request-body.js';
import { queryOf } from '../common/request-query.js';
import { requestOf, type HttpRequest } from '../common/request.js';
import { RefusedCommands } from './refused-commands.js';
import { principalOf } from './request-principal.js';
import { inputOf, isUnchecked, settleArguments, type CheckedInput, type RouteInput } from './route-input.js';

/* eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a DTO without fields: none is taken */
class NoQuery {}

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
  canActivate(context: ExecutionContext): boolean | Promise<never> {
    if (isUnchecked(context)) return true;
    const route = inputOf(context);
    if (!route) return false;
    try {
      settleArguments(context, route, this.checked(requestOf(context), route));
      return true;
    } catch (error) {
      return this.refuse(context, error);
    }
  }

  private checked(request: HttpRequest, { query, body }: RouteInput): CheckedInput {
    const checkedQuery = this.checker.check(query ?? NoQuery, queryOf(request), 'query');
    if (body) return { query: checkedQuery, body: this.checker.check(body, bodyOf(request)) };
    if (!isBodyless(request)) throw new RequestInvalidError([{ field: 'body', message: noBody(query) }]);
    return { query: checkedQuery, body: undefined };
  }

  private async refuse(context: ExecutionContext, error: unknown): Promise<never> {
    await this.refusedCommands.record(context, principalOf(requestOf(context)), error);
    throw error;
  }
}

function noBody(query: Type<object> | undefined): string {
  const [name] = query ? fieldsOf(query.prototype as object).keys() : [];
  return name ? `This takes no body. Send ${name} in the query: ?${name}=…` : 'This takes no body.';
}
