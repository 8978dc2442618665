import { withoutId } from '../auth/without-id.js';
import { RequirePermissions } from '../authorization/access.decorators.js';
import type { Feature } from '../events/feature.js';
import { ApplicationPermission } from './application-permission.entity.js';
import { PermissionCreated, PermissionDeleted } from './events.js';
import { PermissionsController } from './permissions.controller.js';
import { PermissionsModule } from './permissions.module.js';
import {
  PermissionUnknownError,
  PermissionNotFoundError,
  PermissionConflictError,
  PermissionInUseError,
} from './errors.js';

export const permissionsFeature = {
  module: PermissionsModule,
  route: 'permission',
  controllers: [
    PermissionsController,
    withoutId('permission', 'permission', { delete: RequirePermissions('permissions:manage') }),
  ],
  tag: { name: 'Permissions', description: 'What a key may be allowed to do.' },
  entities: [ApplicationPermission],
  workspaceTables: [{ table: 'latchkey_permissions', key: 'name' }],
  events: [PermissionCreated, PermissionDeleted],
  errors: [PermissionUnknownError, PermissionNotFoundError, PermissionConflictError, PermissionInUseError],
} as const satisfies Feature;
