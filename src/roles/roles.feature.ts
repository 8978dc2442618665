import { withoutId } from '../auth/without-id.js';
import { RequirePermissions } from '../authorization/access.decorators.js';
import type { Feature } from '../events/feature.js';
import { RoleCreated, RoleDeleted, RoleUpdated } from './events.js';
import { Role } from './role.entity.js';
import { RolesController } from './roles.controller.js';
import { RolesModule } from './roles.module.js';
import { RoleNotFoundError, RoleConflictError, RoleBuiltInError, RoleInUseError, RoleUnknownError } from './errors.js';

const MAY_MANAGE = RequirePermissions('roles:manage');

export const rolesFeature = {
  module: RolesModule,
  route: 'role',
  controllers: [RolesController, withoutId('role', 'role', { put: MAY_MANAGE, delete: MAY_MANAGE })],
  tag: { name: 'Roles', description: 'Named sets of permissions: the built-in ones, and those of the workspace.' },
  entities: [Role],
  resources: [{ type: 'role', table: 'latchkey_roles', id: 'id', workspace: 'workspace_id' }],
  holders: [{ type: 'role', table: 'latchkey_roles', id: 'id', hasUniqueIds: true, name: 'name' }],
  workspaceTables: [{ table: 'latchkey_roles', key: 'id' }],
  events: [RoleCreated, RoleUpdated, RoleDeleted],
  errors: [RoleNotFoundError, RoleConflictError, RoleBuiltInError, RoleInUseError, RoleUnknownError],
} as const satisfies Feature;
