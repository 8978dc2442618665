import { Module } from '@nestjs/common';
import { ApiKeysModule } from '../api-keys/api-keys.module.js';
import { MetricsModule } from '../metrics/metrics.module.js';
import { RevocationModule } from '../revocation/revocation.module.js';
import { WorkspacesModule } from '../workspaces/workspaces.module.js';
import { Canary } from './canary.service.js';

@Module({ imports: [ApiKeysModule, MetricsModule, RevocationModule, WorkspacesModule], providers: [Canary] })
export class CanaryModule {}
