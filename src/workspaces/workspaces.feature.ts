import { withoutId } from '../auth/without-id.js';
import { RequirePermissions } from '../authorization/access.decorators.js';
import type { Feature } from '../events/feature.js';
import { WorkspaceCreated, WorkspaceDeleted, WorkspaceUpdated } from './events.js';
import { WorkspaceDeletion } from './workspace-deletion.entity.js';
import { WorkspaceQuota } from './workspace-quota.entity.js';
import { Workspace } from './workspace.entity.js';
import { WorkspacesController } from './workspaces.controller.js';
import { WorkspacesModule } from './workspaces.module.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { WorkspaceRequiredError, WorkspaceUnknownError } from '../identity/errors.js';
import {
  WorkspaceConflictError,
  QuotaExceededError,
  WorkspaceAmbiguousError,
  ExternalIdIsAnIdError,
} from './errors.js';

const MAY_MANAGE = RequirePermissions('workspaces:manage');

export const workspacesFeature = {
  module: WorkspacesModule,
  route: 'workspace',
  controllers: [WorkspacesController, withoutId('workspace', 'workspace', { patch: MAY_MANAGE, delete: MAY_MANAGE })],
  tag: { name: 'Workspaces', description: 'Tenants: keys and records belong to exactly one. For operators.' },
  entities: [Workspace, WorkspaceQuota, WorkspaceDeletion],
  resources: [
    { type: 'workspace', table: 'latchkey_workspaces', id: 'id', workspace: 'id' },
    { type: 'externalId', table: 'latchkey_workspaces', id: 'external_id', workspace: 'id' },
  ],
  events: [WorkspaceCreated, WorkspaceUpdated, WorkspaceDeleted],
  errors: [
    WorkspaceNotFoundError,
    WorkspaceRequiredError,
    WorkspaceUnknownError,
    WorkspaceConflictError,
    QuotaExceededError,
    WorkspaceAmbiguousError,
    ExternalIdIsAnIdError,
  ],
} as const satisfies Feature;
