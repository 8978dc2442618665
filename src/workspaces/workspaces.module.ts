import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { WorkspaceRemoval } from './workspace-removal.js';
import { WorkspacesService } from './workspaces.service.js';

@Module({
  imports: [AuthModule],
  providers: [WorkspaceRemoval, WorkspacesService],
  exports: [WorkspacesService],
})
export class WorkspacesModule {}
