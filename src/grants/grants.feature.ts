import type { Feature } from '../events/feature.js';
import { GrantsModule } from './grants.module.js';
import { RoleAssignment } from './role-assignment.entity.js';

export const grantsFeature = {
  module: GrantsModule,
  entities: [RoleAssignment],
  workspaceTables: [{ table: 'latchkey_role_assignments', key: 'holder_type, holder_id, role_id' }],
} as const satisfies Feature;
