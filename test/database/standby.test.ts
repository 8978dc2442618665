import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import type { Database } from '../../src/database/database.js';
import { openDatabase } from '../../src/database/open-database.js';
import { startPostgres } from '../support/postgres-server.mjs';

describe('a standby, to which a balancer may send look-ups', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let dataSource: DataSource;
  let database: Database;

  beforeAll(async () => {
    server = await startPostgres();
    await server.halt();
    const { url } = await server.startStandby();
    dataSource = await new DataSource(dataSourceOptions(url)).initialize();
    database = await openDatabase(dataSource);
  });

  afterAll(async () => {
    await dataSource.destroy();
    await server.stop();
  });

  it('answers no look-up: it may not have heard yet of what was deleted', async () => {
    expect(await database.query('SELECT pg_is_in_recovery() AS "isStandby"')).toEqual([{ isStandby: true }]);
    await expect(database.lookUp({ sql: 'SELECT 1 AS one' }, [])).rejects.toThrow(StoreUnavailableError);
  });
});
