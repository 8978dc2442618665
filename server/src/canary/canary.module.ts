import { Module } from '@nestjs/common';
import { ApiKeysModule } from 'latchkey/internal/api-keys/api-keys.module';
import { RevocationModule } from 'latchkey/internal/revocation/revocation.module';
import { WorkspacesModule } from 'latchkey/internal/workspaces/workspaces.module';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Canary } from './canary.service.js';

@Module({ imports: [ApiKeysModule, MetricsModule, RevocationModule, WorkspacesModule], providers: [Canary] })
export class CanaryModule {}
