import { Module } from '@nestjs/common';
import { HttpRequests } from './http-requests.js';
import { MetricsController } from './metrics.controller.js';
import { Metrics } from './metrics.service.js';

@Module({ controllers: [MetricsController], providers: [HttpRequests, Metrics] })
export class MetricsModule {}
