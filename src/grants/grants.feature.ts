import type { Feature } from '../events/feature.js';
import { GrantsModule } from './grants.module.js';
import { RoleAssignment } from './role-assignment.entity.js';
import { WorkspaceGrants } from './workspace-grants.js';

export const grantsFeature = {
  module: GrantsModule,
  entities: [RoleAssignment],
  workspaceContents: [WorkspaceGrants],
} as const satisfies Feature;
