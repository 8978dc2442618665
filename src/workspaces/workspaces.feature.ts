import type { Feature } from '../events/feature.js';
import { WorkspaceCreated, WorkspaceDeleted, WorkspaceUpdated } from './events.js';
import { WorkspaceDeletion } from './workspace-deletion.entity.js';
import { WorkspaceQuota } from './workspace-quota.entity.js';
import { Workspace } from './workspace.entity.js';
import { WorkspacesWithoutIdController } from './workspaces-without-id.controller.js';
import { WorkspacesController } from './workspaces.controller.js';
import { WorkspacesModule } from './workspaces.module.js';

export const workspacesFeature = {
  module: WorkspacesModule,
  route: 'workspace',
  controllers: [WorkspacesController, WorkspacesWithoutIdController],
  tag: { name: 'Workspaces', description: 'Tenants: keys and records belong to exactly one. For operators.' },
  entities: [Workspace, WorkspaceQuota, WorkspaceDeletion],
  events: [WorkspaceCreated, WorkspaceUpdated, WorkspaceDeleted],
} as const satisfies Feature;
