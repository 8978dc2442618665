import { Module } from '@nestjs/common';
import { GrantsService } from './grants.service.js';
import { ResourceDirectory } from './resource-directory.js';
import { RoleHolders } from './role-holders.js';
import { WorkspaceGrants } from './workspace-grants.js';

@Module({
  providers: [GrantsService, ResourceDirectory, RoleHolders, WorkspaceGrants],
  exports: [GrantsService, ResourceDirectory, RoleHolders, WorkspaceGrants],
})
export class GrantsModule {}
