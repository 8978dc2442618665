import { Module } from '@nestjs/common';
import { GrantsService } from './grants.service.js';
import { RoleHolders } from './role-holders.js';

@Module({
  providers: [GrantsService, RoleHolders],
  exports: [GrantsService, RoleHolders],
})
export class GrantsModule {}
