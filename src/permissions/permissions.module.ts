import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { PermissionsWithoutIdController } from './permissions-without-id.controller.js';
import { PermissionsController } from './permissions.controller.js';
import { PermissionsService } from './permissions.service.js';

@Module({
  imports: [AuthModule],
  providers: [PermissionsService],
  exports: [PermissionsService],
})
export class PermissionsModule {
  /** Mounted by the composition: a host chooses which. */
  static readonly controllers = [PermissionsController, PermissionsWithoutIdController];
}
