import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { WorkspacesWithoutIdController } from './workspaces-without-id.controller.js';
import { WorkspacesController } from './workspaces.controller.js';
import { WorkspaceRemoval } from './workspace-removal.js';
import { WorkspacesService } from './workspaces.service.js';

@Module({
  imports: [AuthModule],
  providers: [WorkspaceRemoval, WorkspacesService],
  exports: [WorkspacesService],
})
export class WorkspacesModule {
  /** Mounted by the composition: a host chooses which. */
  static readonly controllers = [WorkspacesController, WorkspacesWithoutIdController];
}
