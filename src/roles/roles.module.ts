import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { GrantsModule } from '../grants/grants.module.js';
import { PermissionsModule } from '../permissions/permissions.module.js';
import { RolePreviewer } from './role-previewer.js';
import { RolesService } from './roles.service.js';

@Module({
  imports: [AuthModule, GrantsModule, PermissionsModule],
  providers: [RolePreviewer, RolesService],
  exports: [RolesService],
})
export class RolesModule {}
