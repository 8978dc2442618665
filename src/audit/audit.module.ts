import { Module } from '@nestjs/common';
import { AuthModule } from '../auth/auth.module.js';
import { AuditListener } from './audit.listener.js';
import { AuditService } from './audit.service.js';

/** The trail. Nobody imports it to write: it hears what happens. */
@Module({
  imports: [AuthModule],
  providers: [AuditListener, AuditService],
  exports: [AuditService],
})
export class AuditModule {}
