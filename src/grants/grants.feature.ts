import type { Feature } from '../events/feature.js';
import { GrantsModule } from './grants.module.js';
import { WorkspaceGrants } from './workspace-grants.js';

export const grantsFeature = {
  module: GrantsModule,
  workspaceContents: [WorkspaceGrants],
} as const satisfies Feature;
