import { Module } from '@nestjs/common';
import { GrantsService } from './grants.service.js';
import { WorkspaceGrants } from './workspace-grants.js';

@Module({ providers: [GrantsService, WorkspaceGrants], exports: [GrantsService, WorkspaceGrants] })
export class GrantsModule {}
