import { Module, type DynamicModule } from '@nestjs/common';
import { EventEmitterModule } from '@nestjs/event-emitter';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { LatchkeyModule, type LatchkeyModuleOptions } from 'latchkey';
import { migrate } from 'latchkey/internal/database/migrate';
import { CanaryModule } from './canary/canary.module.js';
import type { Environment } from './config/environment.js';
import { openDataSource } from './config/open-data-source.js';
import { dataSourceOptions } from './config/data-source-options.js';
import { HealthModule } from './health/health.module.js';
import { MetricsModule } from './metrics/metrics.module.js';

/** The service: the first host of the library. */
@Module({})
export class AppModule {
  /** @param options over those of the environment */
  static forRoot(environment: Environment, options: LatchkeyModuleOptions = {}): DynamicModule {
    const { databaseUrl, keyPrefix, operatorKey, identityProvider, cacheSize, leaseMs, directUrl, stateDir } =
      environment;
    return {
      module: AppModule,
      imports: [
        EventEmitterModule.forRoot(),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({ ...dataSourceOptions(databaseUrl), toRetry: () => false }),
          dataSourceFactory: connect,
        }),
        LatchkeyModule.forRoot({
          keyPrefix,
          operatorKey,
          identityProvider,
          cacheSize,
          leaseMs,
          directUrl,
          stateDir,
          routePrefix: '',
          ...options,
        }),
        HealthModule,
        environment.metricsAddress ? MetricsModule : MetricsModule.withRoute(),
        ...(environment.canary ? [CanaryModule] : []),
      ],
    };
  }
}

async function connect(options?: DataSourceOptions): Promise<DataSource> {
  if (!options) throw new Error('No data source options.');
  const dataSource = await openDataSource(options);
  await migrate(dataSource);
  return dataSource;
}
