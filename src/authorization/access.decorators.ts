import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiSecurity } from '@nestjs/swagger';
import { ApiRefusals, REQUEST_REFUSALS } from '../http/documentation/api-refusals.decorator.js';
import { InternalError } from '../http/errors.js';
import { StoreUnavailableError } from '../database/errors.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { requestOf } from '../http/request.js';
import {
  declare,
  permissionsDeclared,
  type AccessOptions,
  type PermissionDeclaration,
  type WorkspaceScope,
} from '../identity/access.js';
import { PermissionDeniedError, UnauthenticatedError, WorkspaceRequiredError } from '../identity/errors.js';
import type { PermissionName } from '../identity/permission-catalogue.js';
import { usedUp } from '../rate-limits/rate-limit-refusals.js';
import { isAdmitted, principalOf } from '../identity/request-principal.js';
import type { Principal } from '../identity/principal.js';

/** Opens a route of ours to callers who hold the permission. */
export function RequirePermissions(permission: PermissionName, options: AccessOptions = {}): MethodDecorator {
  return documented(permissionsDeclared([permission], 'all', options));
}

/** Opens a route of ours to callers who hold at least one of the permissions. */
export function RequireAnyPermission(
  permissions: readonly PermissionName[],
  options: AccessOptions = {},
): MethodDecorator {
  return documented(permissionsDeclared(permissions, 'any', options));
}

/** Opens a route of ours to every authenticated caller, also one who acts in no workspace. */
export function AnyCaller(): MethodDecorator {
  return applyDecorators(declare({ kind: 'caller' }), ...documentedScope('one'), ...documentedAuthentication());
}

/**
 * Opens a route to everybody, with or without a credential, whatever its controller declares; on a controller, its routes
 * that declare nothing themselves. Next to another declaration on the same element, the application does not start.
 */
export function Public(): MethodDecorator & ClassDecorator {
  return declare({ kind: 'public' });
}

/** The authenticated caller, as a parameter of a route; undefined where no guard of ours has let it pass. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal | undefined => {
  const request = requestOf(context);
  // A request of HTTP has one handler.
  const isCaller = context.getType() === 'http' || isAdmitted(request, context.getHandler());
  return isCaller ? principalOf(request) : undefined;
});

function documented(declaration: PermissionDeclaration): MethodDecorator {
  return applyDecorators(
    declare(declaration),
    ApiRefusals(new PermissionDeniedError([declaration])),
    ...documentedScope(declaration.scope),
    ...documentedAuthentication(),
  );
}

function documentedScope(scope: WorkspaceScope): MethodDecorator[] {
  if (scope === 'none') return [];
  const description =
    'The workspace an operator acts in, by id or externalId. A key acts in its own and need not name it, nor a person in their only one.';
  const idOrExternalId = { type: 'string', minLength: 1, maxLength: 255 };
  const header =
    scope === 'one'
      ? { description, schema: idOrExternalId }
      : {
          description: `${description} \`*\`: every workspace, for operators.`,
          schema: idOrExternalId,
        };
  return [
    ApiHeader({ name: 'X-Workspace-Id', required: false, ...header }),
    ApiRefusals(new WorkspaceRequiredError(), new WorkspaceNotFoundError()),
  ];
}

function documentedAuthentication(): MethodDecorator[] {
  return [
    ApiSecurity('bearer'),
    ApiSecurity('apiKey'),
    ApiRefusals(
      new UnauthenticatedError(),
      usedUp({ limit: 100, windowSeconds: 60 }, { isTaken: false, used: 100, endsInMs: 7000 }),
      ...REQUEST_REFUSALS,
      new InternalError(),
      new StoreUnavailableError(undefined),
    ),
  ];
}
