import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PermissionsService } from './permissions.service.js';

@Module({
  imports: [AuthModule],
  providers: [PermissionsService],
  exports: [PermissionsService],
})
export class PermissionsModule {}
