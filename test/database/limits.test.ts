import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { newId } from '../../src/kernel/ids.js';
import { queueToChange } from '../../src/database/fair-locks.js';
import { openDatabase } from '../../src/database/open-database.js';
import { holdLock } from '../support/write-lock.js';
import { INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

const HELD_MS = 4000;
const LONGEST_CHANGE_MS = 10_000;
const RENAME = 'UPDATE latchkey_workspaces SET name = $1 WHERE id = $2 RETURNING name';

describe('a transaction on PostgreSQL', () => {
  let opened: OpenedStore;

  beforeEach(async () => {
    opened = await openStore('postgres');
  });

  afterEach(() => opened.close());

  it('reads what is committed, whatever the database has for its default', async () => {
    const { database: name } = opened.host.driver;
    await opened.host.query(`ALTER DATABASE ${name} SET default_transaction_isolation = 'repeatable read'`);
    const strict = await new DataSource(dataSourceOptions(opened.store.url)).initialize();
    const database = await openDatabase(strict);

    const [row] = await database.transaction((tx) => tx.query('SHOW transaction_isolation'));

    expect(row).toEqual({ transaction_isolation: 'read committed' });
    await strict.destroy();
  });

  it('that is left in the middle lets go of what it holds: another one waits, and is carried out', async () => {
    const { database } = opened;
    await database.transaction((tx) => tx.query(INSERT_WORKSPACE, ['1', 'before']));
    let frozen: Promise<void> | undefined;
    const release = await new Promise<() => void>((holding) => {
      frozen = database.transaction(async (tx) => {
        await tx.query(RENAME, ['by the frozen one', '1']);
        await new Promise<void>((resolve) => holding(resolve));
      });
    });

    await database.transaction((tx) => tx.query(RENAME, ['by another', '1']));

    release();
    await expect(frozen).rejects.toMatchObject({ code: expect.stringMatching(/^store\./) });
    expect(await workspaceNames(database)).toEqual(['by another']);
  });

  const first = newId();

  it.each([
    ['the first', {}, "SELECT 1 FROM latchkey_workspaces WHERE id = '1' FOR UPDATE"],
    ['what it queues for', { queue: { id: first, alone: false } }, `SELECT ${queueToChange(`'${first}'`)}`],
  ])('that waited for %s waits for the next no longer than for one lock', async (_, options, held) => {
    const { database, store } = opened;
    await database.transaction(async (tx) => {
      await tx.query(INSERT_WORKSPACE, ['1', 'one']);
      await tx.query(INSERT_WORKSPACE, ['2', 'two']);
    });
    const release = await holdLock(store, held);
    const releaseOther = await holdLock(store, "SELECT 1 FROM latchkey_workspaces WHERE id = '2' FOR UPDATE");
    const beginning = performance.now();
    const both = database.transaction(async (tx) => {
      if (!('queue' in options)) await tx.query(RENAME, ['first', '1']);
      await tx.query(RENAME, ['second', '2']);
    }, options);
    const refused = expect(both).rejects.toMatchObject({ code: 'store.unavailable' });
    await setTimeout(HELD_MS);
    await release();
    await refused;

    expect(performance.now() - beginning).toBeLessThan(LONGEST_CHANGE_MS);
    await releaseOther();
  });

  it('waits for a connection while the server has none to give', async () => {
    const role = opened.host.driver.database ?? '';
    await opened.host.query(`CREATE ROLE ${role} LOGIN PASSWORD 'few' CONNECTION LIMIT 2; GRANT pg_write_all_data,
      pg_read_all_data TO ${role}`);
    const url = new URL(opened.store.url);
    [url.username, url.password] = [role, 'few'];
    const limited = await new DataSource(dataSourceOptions(url.href)).initialize();
    const database = await openDatabase(limited);

    const adding = Array.from({ length: 8 }, (_, nth) =>
      database.transaction((tx) => tx.query(INSERT_WORKSPACE, [`${nth}`, `${nth}`])),
    );
    await Promise.all(adding);

    expect(await workspaceNames(database)).toHaveLength(8);
    await limited.destroy();
    await opened.host.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it('leaves its limits to nobody else on its connection', async () => {
    const single = await new DataSource({ ...dataSourceOptions(opened.store.url), extra: { max: 1 } }).initialize();
    const database = await openDatabase(single);
    await database.transaction((tx) => tx.query('SELECT 1'));

    const settings = ['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'];
    for (const setting of settings) expect(await single.query(`SHOW ${setting}`)).toEqual([{ [setting]: '0' }]);
    await single.destroy();
  });

  it('that could not begin in time leaves its connection as it was', async () => {
    const single = await new DataSource({ ...dataSourceOptions(opened.store.url), extra: { max: 1 } }).initialize();
    const database = await openDatabase(single);
    const queue = { id: newId(), alone: true };
    const release = await holdLock(opened.store, `SELECT ${queueToChange(`'${queue.id}'`)}`);
    const since = performance.now() - LONGEST_CHANGE_MS;
    const adding = database.transaction((tx) => tx.query(INSERT_WORKSPACE, ['1', 'late']), { since, queue });

    await expect(adding).rejects.toMatchObject({ code: 'store.unavailable' });

    expect(await single.query("SELECT current_setting('lock_timeout') AS waits")).toEqual([{ waits: '0' }]);
    expect(await workspaceNames(database)).toEqual([]);
    await release();
    await single.destroy();
  });
});

describe('transactions on SQLite', () => {
  it('wait together while another process holds the lock, not one after the other', async () => {
    const { store, database, close } = await openStore('sqlite');
    const release = await holdLock(store, '');
    const beginning = performance.now();
    const adding = ['1', '2', '3'].map((name) =>
      database.transaction((tx) => tx.query(INSERT_WORKSPACE, [name, name])),
    );

    for (const { status } of await Promise.allSettled(adding)) expect(status).toBe('rejected');
    expect(performance.now() - beginning).toBeLessThan(LONGEST_CHANGE_MS);

    await release();
    await close();
  });
});
