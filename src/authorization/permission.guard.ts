import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { InputChecker } from '../input/input-checker.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import { RequestInvalidError } from '../input/errors.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { headerOf, requestOf, withHeaders, type HttpRequest } from '../http/request.js';
import { declaredAccess, type Access, type Requirement } from '../identity/access.js';
import { checkInput } from '../http/check-input.js';
import {
  PermissionDeniedError,
  UnauthenticatedError,
  WorkspaceRequiredError,
  WorkspaceUnknownError,
} from '../identity/errors.js';
import { WorkspaceDirectory } from '../identity/ports.js';
import type { Principal } from '../identity/principal.js';
import { RateLimitExceededError } from '../rate-limits/errors.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import { RefusedCommands } from '../refused-requests/refused-commands.js';
import { countOnce, grantOnce, principalOf, setPrincipal } from '../identity/request-principal.js';
import { inputOf, isUnchecked } from '../http/route-input.js';

const EVERY_WORKSPACE = '*';

/**
 * May you? Lets a request pass only to a route that declares who may call it, and only a caller who may; then settles
 * in which workspace the caller acts. Stands behind {@link AuthenticationGuard}. Fails closed; refusals are on the trail.
 */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(
    private readonly rateLimits: RateLimits,
    private readonly workspaces: WorkspaceDirectory,
    private readonly refusedCommands: RefusedCommands,
    private readonly input: InputChecker,
  ) {}

  /**
   * @throws {RateLimitExceededError}
   * @throws {PermissionDeniedError} naming the permission that is missing.
   * @throws {WorkspaceRequiredError} for an operator without `X-Workspace-Id` where the route acts in a workspace.
   * @throws {WorkspaceNotFoundError} for an unknown workspace, and alike for one that is not the caller's.
   * @throws {RequestInvalidError} instead, if the input is at fault too.
   */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const access = declaredAccess(context);
    if (access?.kind === 'public') return true;
    const request = requestOf(context);
    const principal = principalOf(request);
    if (!principal) throw withHeaders(context, new UnauthenticatedError());
    // The plain case, without a promise: a key with no limit, in its own workspace, that may.
    const isPlain = principal.type === 'apikey' && !principal.rateLimit && !headerOf(request, 'x-workspace-id');
    if (!isPlain || !mayEnter(principal, access)) return this.decide(context, request, principal, access);
    noteGranted(context, principal, access);
    return true;
  }

  private async decide(
    context: ExecutionContext,
    request: HttpRequest,
    principal: Principal,
    access: Access | undefined,
  ): Promise<boolean> {
    try {
      // The guards may be bound twice: to all routes, to a class and to its method. Nest makes one context for all guards of a
      // call; of fields of GraphQL, and messages of a WebSocket, many come with one request, and each is a use.
      if (principal.rateLimit && countOnce(context)) {
        await this.rateLimits.consume(principal, principal.rateLimit);
      }
      const displaced = actsInWorkspace(access) ? displacedFrom(principal) : undefined;
      // What a member may do is a matter of the workspace.
      if (displaced && !principal.isVouchedFor) throw displaced;
      if (!mayEnter(principal, access)) throw deniedTo(principal, access);
      if (displaced) throw displaced;
      setPrincipal(request, await this.inWorkspace(request, principal, access));
      noteGranted(context, principal, access);
      return true;
    } catch (error) {
      if (!(error instanceof LatchkeyError)) throw error;
      if (error instanceof PermissionDeniedError) principal.use?.deny();
      if (error instanceof RateLimitExceededError) principal.use?.limit();
      const fault = error instanceof WorkspaceNotFoundError ? await this.faultOfInput(context, request) : undefined;
      if (fault) {
        await this.refusedCommands.record(context, principal, fault);
        throw fault;
      }
      if (error.isRefusal) await this.refusedCommands.recordDenied(context, principal, error);
      throw withHeaders(context, error);
    }
  }

  /** What is looked for, and not found, comes after what is malformed. */
  private async faultOfInput(
    context: ExecutionContext,
    request: HttpRequest,
  ): Promise<RequestInvalidError | undefined> {
    const route = isUnchecked(context) ? undefined : inputOf(context);
    if (!route) return undefined;
    try {
      await checkInput(this.input, request, route);
      return undefined;
    } catch (error) {
      if (error instanceof RequestInvalidError) return error;
      throw error;
    }
  }

  private async inWorkspace(
    request: HttpRequest,
    principal: Principal,
    access: Access | undefined,
  ): Promise<Principal> {
    const named = headerOf(request, 'x-workspace-id');
    if (access?.kind !== 'permission' && named === undefined) return principal;
    const scope = access?.kind === 'permission' ? access.scope : 'one';
    if (scope === 'none') return principal;
    if (principal.type !== 'operator') {
      if (named !== undefined && !(await this.isOf(principal, named))) throw new WorkspaceNotFoundError();
      return principal;
    }
    if (named === EVERY_WORKSPACE && scope === 'one-or-all') return principal;
    if (named === undefined || named === '' || named === EVERY_WORKSPACE) throw new WorkspaceRequiredError();
    const workspaceId = await this.workspaces.find(named);
    if (workspaceId === undefined) throw new WorkspaceNotFoundError();
    return principal.in(workspaceId);
  }

  /** Whether this names the workspace of the principal. */
  private async isOf({ workspaceId }: Principal, named: string): Promise<boolean> {
    if (workspaceId === null) return false;
    return named.toLowerCase() === workspaceId || (await this.workspaces.find(named)) === workspaceId;
  }
}

function actsInWorkspace(access: Access | undefined): boolean {
  return access?.kind === 'permission' && access.scope !== 'none';
}

/** Why the principal can act in no workspace, if so. */
function displacedFrom({ undecided, unknownWorkspace }: Principal): WorkspaceRequiredError | undefined {
  if (unknownWorkspace !== undefined) return new WorkspaceUnknownError(unknownWorkspace);
  return undecided ? new WorkspaceRequiredError() : undefined;
}

function mayEnter(principal: Principal, access: Access | undefined): boolean {
  if (access?.kind !== 'permission') return access?.kind === 'caller';
  return access.requirements.every((requirement) => isMet(principal, requirement));
}

function isMet(principal: Principal, { permissions, needed }: Requirement): boolean {
  return needed === 'all'
    ? permissions.every((permission) => principal.can(permission))
    : permissions.some((permission) => principal.can(permission));
}

/** Notes what the key was asked for and had: of alternatives, all that it holds. */
function noteGranted(
  context: ExecutionContext,
  { use, permissions: held }: Principal,
  access: Access | undefined,
): void {
  if (use === undefined || access?.kind !== 'permission' || !grantOnce(context)) return;
  for (const { permissions, needed } of access.requirements) {
    use.grant(needed === 'all' ? permissions : permissions.filter((permission) => held.has(permission)));
  }
}

function deniedTo(principal: Principal, access: Access | undefined): PermissionDeniedError {
  if (access?.kind !== 'permission') return new PermissionDeniedError([]);
  const unmet = access.requirements.filter((requirement) => !isMet(principal, requirement));
  return new PermissionDeniedError(
    unmet.map(({ permissions, needed }) => ({
      permissions: permissions.filter((permission) => !principal.can(permission)),
      needed,
    })),
  );
}
