import { Module, type DynamicModule } from '@nestjs/common';
import { RevocationModule } from 'latchkey/internal/revocation/revocation.module';
import { VerificationModule } from 'latchkey/internal/verification/verification.module';
import { HttpRequests } from './http-requests.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsServer } from './metrics-server.js';
import { Metrics } from './metrics.service.js';

@Module({
  imports: [VerificationModule, RevocationModule],
  providers: [HttpRequests, Metrics, MetricsServer],
  exports: [Metrics],
})
export class MetricsModule {
  /** With the route `/metrics`, for where it has no address of its own. */
  static withRoute(): DynamicModule {
    return { module: MetricsRouteModule };
  }
}

@Module({ imports: [MetricsModule], controllers: [MetricsController] })
class MetricsRouteModule {}
