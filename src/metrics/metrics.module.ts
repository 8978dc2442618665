import { Module } from '@nestjs/common';
import { RevocationModule } from '../revocation/revocation.module.js';
import { VerificationModule } from '../verification/verification.module.js';
import { HttpRequests } from './http-requests.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.service.js';

@Module({
  imports: [VerificationModule, RevocationModule],
  controllers: [MetricsController],
  providers: [HttpRequests, Metrics],
  exports: [Metrics],
})
export class MetricsModule {}
