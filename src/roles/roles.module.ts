import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { PermissionsModule } from '../permissions/permissions.module.js';
import { RoleHolders } from './role-holders.js';
import { RolePreviewer } from './role-previewer.js';
import { RolesService } from './roles.service.js';

@Module({
  imports: [AuthModule, GrantsModule, PermissionsModule],
  providers: [RoleHolders, RolePreviewer, RolesService],
  exports: [RoleHolders, RolesService],
})
export class RolesModule {}
