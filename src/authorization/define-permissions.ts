import type { AccessOptions } from '../identity/access.js';
import { protectedBy, requireAnyPermission, requirePermissions } from './host-access.decorators.js';
import type { Permission, PermissionName } from '../identity/permission-catalogue.js';
import {
  builtInResourceLike,
  LONGEST_PERMISSION,
  PERMISSION_NAME,
  PERMISSION_NAME_RULE,
  reservedBy,
  resourceOf,
} from '../identity/permission-name.js';

/** `resource:action`. */
export type PermissionText = `${string}:${string}`;

// An index signature would take any other name too.
type Described<Catalogue> = { [Name in keyof Catalogue]: Name extends PermissionText ? string : never };

/** A host's own permissions, and the decorators that know their names. */
export interface DefinedPermissions<Name extends string> {
  /** For the option `permissions` of the module. */
  readonly list: readonly Permission[];

  /**
   * Guards a route, or the routes of a controller, resolver or gateway: brings `ApiKeyGuard` and `PermissionGuard`, and
   * opens to callers who hold the permission, or all of several. Without any, the routes declare for themselves, and one
   * that declares nothing is closed.
   */
  readonly Protected: (
    permissions?: Name | PermissionName | readonly (Name | PermissionName)[],
    options?: AccessOptions,
  ) => MethodDecorator & ClassDecorator;

  /**
   * Opens a route, or the routes of a controller, to callers who hold the permission, or all of several. Declarations add
   * up. It brings no guards: the application does not start where they are missing.
   */
  readonly RequirePermissions: (
    permissions: Name | PermissionName | readonly (Name | PermissionName)[],
    options?: AccessOptions,
  ) => MethodDecorator & ClassDecorator;

  /** The same for callers who hold at least one of the permissions. */
  readonly RequireAnyPermission: (
    permissions: readonly (Name | PermissionName)[],
    options?: AccessOptions,
  ) => MethodDecorator & ClassDecorator;
}

/**
 * The permissions of an application that has Latchkey in it: what they allow, by their names. Keys and roles of every
 * workspace may then carry them.
 *
 * ```ts
 * export const permissions = definePermissions({ 'orders:view': 'See orders.', 'orders:refund': 'Refund orders.' });
 * export const { Protected } = permissions;
 * ```
 *
 * @throws {Error} for a name that is not `resource:action` of letters, digits, `_`, `.` and `-`, at most 100 characters;
 *   and for a resource that is Latchkey's own, or differs from one in case, separators or the plural only.
 */
export function definePermissions<const Catalogue extends Described<Catalogue>>(
  catalogue: Catalogue,
): DefinedPermissions<keyof Catalogue & string> {
  const entries = Object.entries<string>(catalogue);
  const list = entries.map(([name, description]) => ({ name, description, grantable: true }));
  for (const { name } of list) assertDefinable(name);
  return {
    list,
    Protected: (permissions = [], options) => protectedBy([permissions].flat(), options),
    RequirePermissions: (permissions, options) => requirePermissions([permissions].flat(), options),
    RequireAnyPermission: (permissions, options) => requireAnyPermission(permissions, options),
  };
}

function assertDefinable(name: string): void {
  if (!PERMISSION_NAME.test(name) || name.length > LONGEST_PERMISSION) {
    throw new Error(
      `"${name}" is no name for a permission: it must be ${PERMISSION_NAME_RULE}; with at most ${LONGEST_PERMISSION} characters.`,
    );
  }
  const resource = resourceOf(name);
  const own = builtInResourceLike(resource);
  if (own) throw new Error(`"${name}" is no name for a permission of yours: ${reservedBy(resource, own)}`);
}

/** For routes of a host that need nothing but permissions of Latchkey's own, such as `apikeys:view`. */
export const { Protected, RequirePermissions, RequireAnyPermission } = definePermissions({});
