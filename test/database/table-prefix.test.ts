import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { latchkeyEntities } from '../../src/latchkey.entities.js';
import { TableNames } from '../../src/database/table-names.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

describe('latchkeyEntities', () => {
  it('refuses a prefix that is none', () => {
    for (const tablePrefix of ['', 'Shop_', '1_', 'shop-', 'a'.repeat(21)]) {
      expect(() => latchkeyEntities({ tablePrefix })).toThrow(/tablePrefix must have 1 to 20/);
    }
  });

  forEachStore((kind) => {
    let store: Store;
    let host: DataSource | undefined;

    beforeEach(async () => {
      store = await createStore(kind);
    });

    afterEach(async () => {
      if (host?.isInitialized) await host.destroy();
      await store.drop();
    });

    const connect = async (options: Partial<DataSourceOptions>) => {
      host = await new DataSource({ ...dataSourceOptions(store.url), ...options } as DataSourceOptions).initialize();
      return host;
    };

    const missing = async ({ driver }: DataSource) =>
      (await driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);

    it.each([
      ['a prefix of its own', { entities: latchkeyEntities({ tablePrefix: 'shop_' }) }, 'shop_', 'uq_shop_'],
      ['the entityPrefix of the host', { entityPrefix: 'shop_' }, 'shop_latchkey_', 'uq_latchkey_'],
    ])('the migrations make the tables with %s', async (_, options, table, unique) => {
      const opened = await connect(options);
      await opened.runMigrations({ transaction: 'all' });

      expect(opened.entityMetadatas.map(({ tableName }) => tableName.startsWith(table))).not.toContain(false);
      expect(await missing(opened)).toEqual([]);
      const names = TableNames.of(opened);
      expect(names.in('SELECT * FROM latchkey_workspaces')).toBe(`SELECT * FROM ${table}workspaces`);
      expect(names.in('"uq_latchkey_workspaces_external_id"')).toBe(`"${unique}workspaces_external_id"`);
      for (let undone = 0; undone < opened.migrations.length; undone += 1) await opened.undoLastMigration();
      expect(await opened.createQueryRunner().hasTable(`${table}workspaces`)).toBe(false);
    });

    it('synchronize makes the same', async () => {
      const opened = await connect({ entities: latchkeyEntities({ tablePrefix: 'shop_' }), synchronize: true });

      expect(await missing(opened)).toEqual([]);
      expect(await opened.query('SELECT * FROM shop_workspaces')).toEqual([]);
    });

    it('two sets of tables live in one schema', async () => {
      const entities = [...latchkeyEntities({ tablePrefix: 'shop_' })];
      const opened = await connect({ entities, migrationsTableName: 'shop_migrations' });
      await opened.runMigrations({ transaction: 'all' });
      await opened.destroy();

      const other = await connect({});
      await other.runMigrations({ transaction: 'all' });

      expect(await other.query('SELECT * FROM latchkey_workspaces')).toEqual([]);
      expect(await other.query('SELECT * FROM shop_workspaces')).toEqual([]);
    });
  });
});
