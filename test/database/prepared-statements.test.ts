import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import type { Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open-database.js';
import { PgBouncer } from '../support/pgbouncer.js';
import { connect, INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

const READ = { sql: 'SELECT * FROM latchkey_workspaces WHERE id = $1' };
const CALLERS = 40;

let opened: OpenedStore;

// It warns, once, where nothing is kept.
beforeAll(() => Logger.overrideLogger(false));
afterAll(() => Logger.overrideLogger(true));

beforeEach(async () => {
  opened = await openStore('postgres');
});

afterEach(() => opened.close());

/** Reads the workspace in a transaction of its own, and adds another one. */
function readAndAdd(database: Database, id: string, added: string): Promise<unknown[]> {
  return database.transaction(async (tx) => {
    await tx.query(INSERT_WORKSPACE, [added, added]);
    return tx.query(READ.sql, [id]);
  });
}

describe('what was prepared on a connection, and is there no longer', () => {
  let single: DataSource;
  let database: Database;

  beforeEach(async () => {
    single = await new DataSource({ ...dataSourceOptions(opened.store.url), extra: { max: 1 } }).initialize();
    database = await openDatabase(single);
    await readAndAdd(database, '1', '1');
    expect(await database.lookUp(READ, ['1'])).toMatchObject([{ id: '1' }]);
  });

  afterEach(() => single.destroy());

  describe.each([
    ['somebody dropped it', 'DISCARD ALL'],
    ['the columns of its answer have changed', 'ALTER TABLE latchkey_workspaces ADD COLUMN remark varchar(10)'],
  ])('since %s', (_, statement) => {
    beforeEach(() => single.query(statement));

    it('is prepared anew for a look-up', async () => {
      expect(await database.lookUp(READ, ['1'])).toMatchObject([{ id: '1' }]);
    });

    it('is prepared anew for a transaction, which is carried out once', async () => {
      expect(await readAndAdd(database, '1', '2')).toMatchObject([{ id: '1' }]);
      expect(await workspaceNames(database)).toEqual(['1', '2']);
    });

    it('is prepared anew for what is sent with the commit', async () => {
      let runs = 0;
      await database.transaction(async (tx) => {
        runs += 1;
        await tx.writeLast(INSERT_WORKSPACE, ['2', '2']);
        await tx.writeLast(READ.sql, ['1']);
      });
      expect(runs).toBe(2);
      expect(await workspaceNames(database)).toEqual(['1', '2']);
    });
  });
});

describe.each([
  ['keeps no statements apart', {}],
  ['drops them after each transaction', { server_reset_query: 'DISCARD ALL', server_reset_query_always: 1 }],
])('behind PgBouncer in transaction mode, which %s', (_, settings) => {
  let pooler: PgBouncer;
  let host: DataSource;

  beforeEach(async () => {
    pooler = await PgBouncer.before(opened.store.url, 'transaction', settings);
    host = await connect(pooler.url);
  });

  afterEach(async () => {
    await host.destroy();
    await pooler.stop();
  });

  it('look-ups and transactions of many are all carried out, once each', async () => {
    const database = await openDatabase(host);
    await readAndAdd(database, '1', '1');
    const ids = Array.from({ length: CALLERS }, (_, nth) => `added ${nth + 10}`);

    const answers = await Promise.all(ids.map((id) => readAndAdd(database, '1', id)));
    const lookUps = await Promise.all(ids.map((id) => database.lookUp(READ, [id])));

    expect(answers).toEqual(ids.map(() => [expect.objectContaining({ id: '1' })]));
    expect(lookUps).toEqual(ids.map((id) => [expect.objectContaining({ id })]));
    expect(await workspaceNames(opened.database)).toEqual(['1', ...ids]);
  });

  it('costs some connections at first, and none later', async () => {
    const database = await openDatabase(host);
    const lookUpAll = () => Promise.all(Array.from({ length: CALLERS }, () => database.lookUp(READ, ['1'])));
    await lookUpAll();
    let closed = 0;
    (host.driver as unknown as { master: Pool }).master.on('remove', () => (closed += 1));

    await lookUpAll();

    expect(closed).toBe(0);
  });

  it('each transaction has its limits and its isolation, and leaves them to nobody', async () => {
    const { database: name } = opened.host.driver;
    await opened.host.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`);
    await pooler.command('RECONNECT');
    const database = await openDatabase(host);
    const settings = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
    const show = `SELECT ${settings.map((setting) => `current_setting('${setting}') AS ${setting}`).join(', ')}`;

    const [isolation] = await database.transaction((tx) => tx.query('SHOW transaction_isolation'));
    const [limits] = await database.transaction((tx) => tx.query<Record<string, string>>(show));

    expect(isolation).toEqual({ transaction_isolation: 'read committed' });
    expect(Object.values(limits ?? {})).not.toContain('0');
    expect(await host.query(show)).toEqual([Object.fromEntries(settings.map((setting) => [setting, '0']))]);
  });
});

describe('migrations by way of PgBouncer in transaction mode', () => {
  it('that begin at once are made once, and leave no lock behind', async () => {
    await opened.host.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    const pooler = await PgBouncer.before(opened.store.url, 'transaction');
    const hosts = await Promise.all(Array.from({ length: 3 }, () => connect(pooler.url)));

    const applied = await Promise.all(hosts.map((host) => migrate(host)));

    expect(applied.filter((migrations) => migrations.length > 0)).toHaveLength(1);
    const locks = `SELECT count(*)::int AS held FROM pg_locks JOIN pg_database ON pg_database.oid = database
      WHERE locktype = 'advisory' AND datname = current_database()`;
    expect(await opened.host.query(locks)).toEqual([{ held: 0 }]);
    await Promise.all(hosts.map((host) => host.destroy()));
    await pooler.stop();
  });
});
