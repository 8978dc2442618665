import { applyDecorators, createParamDecorator, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { ApiHeader, ApiSecurity } from '@nestjs/swagger';
import { ApiRefusals } from '../common/api-refusals.decorator.js';
import { requestOf } from '../common/request.js';
import { ACCESS, type Access, type WorkspaceScope } from './access.js';
import { PERMISSIONS, type PermissionName } from './permission-catalogue.js';
import { principalOf } from './request-principal.js';
import type { Principal } from './principal.js';

/** Opens a route to callers who hold the permission. */
export function RequirePermissions(permission: PermissionName, options: AccessOptions = {}): MethodDecorator {
  return RequireAnyPermission([permission], options);
}

/** Opens a route to callers who hold at least one of the permissions. */
export function RequireAnyPermission(anyOf: readonly PermissionName[], { scope }: AccessOptions = {}): MethodDecorator {
  const operatorOnly = PERMISSIONS.some(({ name, grantable }) => !grantable && anyOf.includes(name));
  const access: Access = { kind: 'permission', anyOf, scope: scope ?? (operatorOnly ? 'none' : 'one') };
  const inWorkspace = [
    ApiHeader({
      name: 'X-Workspace-Id',
      required: false,
      description: 'The workspace the operator acts in. A key acts in its own.',
      schema: { type: 'string', format: 'uuid' },
    }),
    ApiRefusals('workspace.required', 'workspace.not_found'),
  ];
  return applyDecorators(
    SetMetadata(ACCESS, access),
    ApiRefusals('auth.permission_denied'),
    ...(access.scope === 'none' ? [] : inWorkspace),
    ...documentedAuthentication(),
  );
}

/** Opens a route to every authenticated caller. */
export function AnyCaller(): MethodDecorator {
  return applyDecorators(SetMetadata(ACCESS, { kind: 'caller' } satisfies Access), ...documentedAuthentication());
}

/** Opens a route to everybody, with or without a credential. */
export function Public(): MethodDecorator & ClassDecorator {
  return SetMetadata(ACCESS, { kind: 'public' } satisfies Access);
}

/** The authenticated caller, as a parameter of a route. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal | undefined =>
  principalOf(requestOf(context)),
);

interface AccessOptions {
  scope?: WorkspaceScope;
}

function documentedAuthentication(): MethodDecorator[] {
  return [
    ApiSecurity('bearer'),
    ApiSecurity('apiKey'),
    ApiRefusals('auth.unauthenticated', 'rate_limit.exceeded', 'internal', 'store.unavailable'),
  ];
}
