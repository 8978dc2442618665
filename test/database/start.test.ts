import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Module, type DynamicModule } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { LatchkeyModule } from '../../src/index.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

@Module({})
class HostModule {}

describe('the start of a host', () => {
  forEachStore((kind) => {
    let store: Store;

    beforeEach(async () => {
      store = await createStore(kind);
    });

    afterEach(() => store.drop());

    const host = (options: Partial<DataSourceOptions>): DynamicModule => ({
      module: HostModule,
      imports: [
        TypeOrmModule.forRoot({ ...dataSourceOptions(store.url), ...options } as DataSourceOptions),
        LatchkeyModule.forRoot(),
      ],
    });
    const start = (options: Partial<DataSourceOptions>) =>
      NestFactory.createApplicationContext(host(options), { logger: false, abortOnError: false });

    it('says that the tables are not there', async () => {
      await expect(start({})).rejects.toThrow('The tables of Latchkey are not there: run LATCHKEY_MIGRATIONS');
    });

    it('says that the data source does not know the entities', async () => {
      await expect(start({ entities: [] })).rejects.toThrow('add LATCHKEY_ENTITIES to its entities');
    });

    it('protects the trail where the tables were made from the entities', async () => {
      const context = await start({ synchronize: true });
      await context.get(DataSource).query(
        `INSERT INTO latchkey_audit_events (id, action, outcome, actor_id, occurred_date, payload, payload_hash)
         VALUES ('1', 'a', 'success', 'b', 'c', '{}', 'd')`,
      );

      await context.get(DataSource).query(
        `INSERT INTO latchkey_audit_further_targets (event_id, target_id, outcome, occurred_date)
         VALUES ('1', 'e', 'success', 'c')`,
      );

      for (const table of ['latchkey_audit_events', 'latchkey_audit_further_targets']) {
        const deletion = context.get(DataSource).query(`DELETE FROM ${table}`);
        await expect(deletion).rejects.toThrow('audit records cannot be changed');
      }
      await context.close();
    });
  });
});
