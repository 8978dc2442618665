import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { PermissionsModule } from '../permissions/permissions.module.js';
import { RolesModule } from '../roles/roles.module.js';
import { MembersService } from './members.service.js';

@Module({
  imports: [ApiKeysModule, AuthModule, GrantsModule, PermissionsModule, RolesModule],
  providers: [MembersService],
  exports: [MembersService],
})
export class MembersModule {}
