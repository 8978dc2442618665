import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { openDatabase } from '../../src/database/open-database.js';
import { holdLock } from '../support/write-lock.js';
import { INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

/** Long enough for whatever is answered at all, also on a machine that has other things to do. */
const PATIENCE_MS = 2000;
const LONGER_S = 4;

describe('a PostgreSQL that does not answer in time', () => {
  let opened: OpenedStore;
  let impatient: DataSource;

  beforeEach(async () => {
    opened = await openStore('postgres');
    const options = {
      ...dataSourceOptions(opened.store.url),
      connectTimeoutMS: 60_000,
      extra: { max: 1, query_timeout: PATIENCE_MS },
    } as const;
    impatient = await new DataSource(options).initialize();
  });

  afterEach(async () => {
    await impatient.destroy();
    await opened.close();
  });

  it('costs the transaction, and no later one commits what is left of it', async () => {
    const database = await openDatabase(impatient);
    const add = (name: string) => database.transaction((tx) => tx.query(INSERT_WORKSPACE, [name, name]));
    const silent = database.transaction(async (tx) => {
      await tx.query(INSERT_WORKSPACE, ['1', 'given up']);
      await tx.query(`SELECT pg_sleep(${LONGER_S})`);
    });

    await expect(silent).rejects.toThrow(StoreUnavailableError);
    await add('next');
    await sessionsAre(0, 'pg_sleep');
    await add('and one more');

    expect(await workspaceNames(opened.database)).toEqual(['and one more', 'next']);
  });

  it('costs a reader its answer, and does not hold up the next', async () => {
    const database = await openDatabase(impatient);
    await expect(database.query('SELECT pg_sleep(20)')).rejects.toThrow(StoreUnavailableError);
    expect(await workspaceNames(database)).toEqual([]);
    await expect(database.read((manager) => manager.query('SELECT pg_sleep(20)'))).rejects.toThrow(
      StoreUnavailableError,
    );
    expect(await workspaceNames(database)).toEqual([]);
  });

  it('costs a look-up its answer, and leaves no session behind that waits for what others hold', async () => {
    const database = await openDatabase(impatient);
    const release = await holdLock(opened.store, 'LOCK TABLE latchkey_workspaces IN ACCESS EXCLUSIVE MODE');
    const read = { sql: 'SELECT id AS left_behind FROM latchkey_workspaces' };

    await expect(database.lookUp(read, [])).rejects.toThrow(StoreUnavailableError);
    await sessionsAre(0, 'left_behind');

    await release();
    expect(await database.lookUp(read, [])).toEqual([]);
  });

  it('costs a look-up no more time when it does not even get a connection', async () => {
    const database = await openDatabase(impatient);
    const one = { sql: 'SELECT 1 AS one' };
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let holder: Promise<void> | undefined;
    await new Promise<void>((taken) => {
      holder = database.transaction(() => {
        taken();
        return released;
      });
    });
    const beginning = performance.now();
    const lookUp = database.lookUp(one, []);
    await expect(lookUp).rejects.toThrow(StoreUnavailableError);
    expect(performance.now() - beginning).toBeLessThan(20_000);
    release();
    await holder;
    expect(await database.lookUp(one, [])).toMatchObject([{ one: 1 }]);
  });

  /** Waits until so many sessions run a statement with this word in it. */
  async function sessionsAre(expected: number, word: string): Promise<void> {
    const count = async () => {
      const [row] = await opened.host.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
         WHERE datname = current_database() AND query LIKE $1 AND pid <> pg_backend_pid() AND state = 'active'`,
        [`%${word}%`],
      );
      return row?.count;
    };
    while ((await count()) !== expected) await opened.host.query('SELECT pg_sleep(0.05)');
  }
});
