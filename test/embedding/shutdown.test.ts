import { describe, expect, it } from '@jest/globals';
import { Injectable, Module, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import { AuditService, LatchkeyModule, Principal } from '../../src/index.js';
import { ensureBuilt } from '../support/build.js';
import { eventually } from '../support/eventually.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';
import { withSql } from '../support/sql.js';
import { hostDataSource, startHost } from './host.js';
import { Order } from './order.entity.js';

const run = promisify(execFile);
const PATIENCE_MS = 60_000;

@Module({})
class HostModule {}

/** Resolves when nobody is connected: the server ends a session a little after its client has. */
function isDeserted(store: Store): Promise<true> {
  const sql = `SELECT 1 FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;
  return withSql(store, (query) =>
    eventually('nobody is connected', async () => (await query(sql)).length === 0 || undefined),
  );
}

/** Somebody in the host who has something to write at the end. */
@Injectable()
class LastWords implements OnModuleDestroy, BeforeApplicationShutdown {
  readonly seen: string[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  async onModuleDestroy(): Promise<void> {
    await this.write(1, 'destroyed');
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.write(2, 'closing');
  }

  private async write(id: number, state: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      await manager.save(Order, { id, state });
      await this.audit.record(Principal.system('host'), { action: `application.${state}` }, manager);
    });
    await this.audit.record(Principal.system('host'), { action: `application.${state}` });
    this.seen.push(state);
  }
}

describe('the end of a host', () => {
  forEachStore((kind) => {
    it('leaves nothing open: the process ends by itself', async () => {
      ensureBuilt();
      const store = await createStore(kind);
      const script = 'test/embedding/ending-host.mjs';
      const { stdout } = await run(process.execPath, [script, store.url], { timeout: PATIENCE_MS });
      expect(stdout).toBe('closed after 401');
      if (kind === 'postgres') await isDeserted(store);
      await store.drop();
    });

    it('lets everybody in the host write on the data source and the trail before it', async () => {
      const host = await startHost(kind, { providers: [LastWords] });
      const words = host.app.get(LastWords);
      await host.createKey(['apikeys:view']);
      await host.app.close();
      expect(words.seen).toEqual(['destroyed', 'closing']);
      const rows = await withSql(host.store, (query) =>
        query(`SELECT action FROM latchkey_audit_events WHERE action LIKE 'application.%' ORDER BY action`),
      );
      expect(rows).toHaveLength(4);
      await host.store.drop();
    });

    it('leaves a data source that the host opened itself to the host', async () => {
      const store = await createStore(kind);
      const dataSource = await new DataSource(hostDataSource(store)).initialize();
      // Whoever destroys it is not Latchkey.
      const destroy = dataSource.destroy.bind(dataSource);
      let destroyed = 0;
      dataSource.destroy = () => {
        destroyed += 1;
        return Promise.resolve();
      };
      const context = await NestFactory.createApplicationContext(
        {
          module: HostModule,
          imports: [
            TypeOrmModule.forRootAsync({
              useFactory: () => hostDataSource(store),
              dataSourceFactory: () => Promise.resolve(dataSource),
            }),
            LatchkeyModule.forRoot(),
          ],
        },
        { logger: false, abortOnError: false },
      );
      await context.close();

      expect(destroyed).toBe(1);
      await dataSource.manager.save(Order, { id: 3, state: 'afterwards' });
      expect(await dataSource.manager.count(Order)).toBe(1);
      await destroy();
      await store.drop();
    });
  });
});
