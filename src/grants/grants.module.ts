import { Module } from '@nestjs/common';
import { GrantsService } from './grants.service.js';
import { ResourceDirectory } from './resource-directory.js';
import { WorkspaceGrants } from './workspace-grants.js';

@Module({
  providers: [GrantsService, ResourceDirectory, WorkspaceGrants],
  exports: [GrantsService, ResourceDirectory, WorkspaceGrants],
})
export class GrantsModule {}
