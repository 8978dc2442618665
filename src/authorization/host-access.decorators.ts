import { applyDecorators, UseGuards } from '@nestjs/common';
import { declare, permissionsDeclared, type AccessOptions } from '../identity/access.js';
import { AuthenticationGuard } from '../authentication/authentication.guard.js';
import { PermissionGuard } from './permission.guard.js';

type AccessDecorator = MethodDecorator & ClassDecorator;

/** Opens routes of a host to callers who hold all of the permissions. */
export function requirePermissions(permissions: readonly string[], options: AccessOptions = {}): AccessDecorator {
  return declare(permissionsDeclared(permissions, 'all', options));
}

/** Opens routes of a host to callers who hold at least one of the permissions. */
export function requireAnyPermission(permissions: readonly string[], options: AccessOptions = {}): AccessDecorator {
  return declare(permissionsDeclared(permissions, 'any', options));
}

/** Binds both guards to routes of a host, in their order, and asks for all of the permissions, if there are any. */
export function protectedBy(permissions: readonly string[], options: AccessOptions = {}): AccessDecorator {
  const guards = UseGuards(AuthenticationGuard, PermissionGuard);
  return permissions.length === 0 ? guards : applyDecorators(guards, requirePermissions(permissions, options));
}

/** Opens a route, or the routes of a controller, to every authenticated caller, also one who acts in no workspace. */
export function AnyCaller(): AccessDecorator {
  return declare({ kind: 'caller' });
}
