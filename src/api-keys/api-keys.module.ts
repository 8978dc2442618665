import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { PermissionsModule } from '../permissions/permissions.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { ApiKeysService } from './api-keys.service.js';
import { KeyEscalation } from './key-escalation.js';
import { MemberKeys } from './deletion/member-keys.js';
import { Decoys } from './look-up/decoys.js';
import { UseReviews } from './deletion/use-reviews.js';
import { WorkspaceKeys } from './deletion/workspace-keys.js';

@Module({
  imports: [AuthModule, GrantsModule, PermissionsModule, RolesModule],
  providers: [ApiKeysService, Decoys, KeyEscalation, MemberKeys, UseReviews, WorkspaceKeys],
  exports: [ApiKeysService, MemberKeys, UseReviews, WorkspaceKeys],
})
export class ApiKeysModule {}
