import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { Table, type DataSource, type DataSourceOptions, type MigrationInterface, type QueryRunner } from 'typeorm';
import {
  ApiKeyGuard,
  AuditService,
  LATCHKEY_ENTITIES,
  LATCHKEY_MIGRATIONS,
  PermissionGuard,
  Principal,
} from '../../src/index.js';
import { tablesOf, withSql } from '../support/sql.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';
import { hostDataSource, startHost, type Host } from './host.js';
import { Order } from './order.entity.js';
import { permissions, RequirePermissions } from './permissions.js';

@Controller('orders')
@UseGuards(ApiKeyGuard, PermissionGuard)
class OrdersController {
  @Get()
  @RequirePermissions('orders:view')
  list(): string[] {
    return [];
  }
}

class CreateOrders1700000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const columns = [
      { name: 'id', type: 'integer', isPrimary: true },
      { name: 'state', type: 'text' },
    ];
    await runner.createTable(new Table({ name: 'orders', columns }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('orders');
  }
}

describe('the data source of a host', () => {
  forEachStore((kind) => {
    let host: Host | undefined;

    afterEach(async () => {
      await host?.stop();
      host = undefined;
    });

    const seeOrders = async (of: Host) => {
      const { header, workspaceId } = await of.createKey(['orders:view']);
      expect((await of.get('/orders', header)).status).toBe(200);
      return workspaceId;
    };
    const tablesIn = (store: Store) => withSql(store, (query) => tablesOf(store, query));

    describe('with migrations of its own', () => {
      it('runs Latchkey’s along with them, and has nothing left to synchronize', async () => {
        host = await startHost(kind, {
          latchkey: { permissions },
          controllers: [OrdersController],
          dataSources: (options) => [
            TypeOrmModule.forRoot({
              ...options,
              synchronize: false,
              migrations: [CreateOrders1700000000000, ...LATCHKEY_MIGRATIONS],
              migrationsRun: true,
            }),
          ],
        });
        await seeOrders(host);
        expect(await tablesIn(host.store)).toEqual(
          expect.arrayContaining(['orders', 'migrations', 'latchkey_api_keys']),
        );
        const { upQueries } = await host.dataSource.driver.createSchemaBuilder().log();
        expect(upQueries.map(({ query }) => query)).toEqual([]);
      });
    });

    describe('with a name, next to a default one', () => {
      let second: Store;

      beforeEach(async () => {
        second = await createStore(kind);
        const keys = { ...hostDataSource(second), entities: [...LATCHKEY_ENTITIES] } as DataSourceOptions;
        host = await startHost(kind, {
          latchkey: { permissions, dataSource: 'keys' },
          controllers: [OrdersController],
          dataSources: (options) => [
            TypeOrmModule.forRoot({ ...options, entities: [Order] }),
            TypeOrmModule.forRoot({ ...keys, name: 'keys' }),
          ],
        });
      });

      afterEach(async () => {
        await host?.stop();
        host = undefined;
        await second.drop();
      });

      it('has everything of Latchkey’s in the named one, and nothing in the default one', async () => {
        await seeOrders(host!);
        expect(await tablesIn(host!.store)).toEqual(['orders']);
        const tables = await tablesIn(second);
        expect(tables.every((name) => name.startsWith('latchkey_'))).toBe(true);
        expect(tables).toContain('latchkey_api_keys');
      });

      it('puts the host’s actions on the trail in a transaction of the named one only', async () => {
        const workspaceId = await seeOrders(host!);
        const audit = host!.app.get(AuditService, { strict: false });
        const actor = Principal.system('host', workspaceId);
        const record = (dataSource: DataSource) =>
          dataSource.transaction((manager) => audit.record(actor, { action: 'order.paid' }, manager));

        await expect(record(host!.app.get(getDataSourceToken() as never))).rejects.toThrow('of another data source');
        await record(host!.app.get(getDataSourceToken('keys') as never));
        expect(await host!.recordsOf(workspaceId, 'order.paid')).toHaveLength(1);
      });
    });
  });
});
