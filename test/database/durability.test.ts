import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { DataSource } from 'typeorm';
import { openDatabase } from '../../src/database/open-database.js';
import { startPostgres } from '../support/postgres-server.mjs';
import { startService } from '../support/service.js';
import { createStore } from '../support/stores.js';
import { connect, openStore } from './opened-store.js';

describe('durability on sqlite', () => {
  it('is WAL with synchronous=FULL on the connection that writes', async () => {
    const { database, close } = await openStore('sqlite');
    const read = (pragma: string) => database.transaction((tx) => tx.query(`PRAGMA ${pragma}`));

    expect(await read('journal_mode')).toEqual([{ journal_mode: 'wal' }]);
    expect(await read('synchronous')).toEqual([{ synchronous: 2 }]);
    expect(await read('fullfsync')).toEqual([{ fullfsync: 1 }]);
    expect(await read('foreign_keys')).toEqual([{ foreign_keys: 1 }]);
    await close();
  });

  it('does not let the reading connection write', async () => {
    const { database, close } = await openStore('sqlite');
    await expect(database.query('DELETE FROM latchkey_workspaces')).rejects.toMatchObject({
      cause: expect.objectContaining({ message: expect.stringContaining('readonly') }),
    });
    await close();
  });

  it.each([':memory:', '', 'file::memory:?cache=shared'])('refuses a database in memory: %p', async (database) => {
    const memory = new DataSource({ type: 'sqlite', database });
    await expect(openDatabase(memory)).rejects.toThrow('needs SQLite in a file');
  });

  it('refuses any other database', async () => {
    const other = { options: { type: 'mysql' } } as DataSource;
    await expect(openDatabase(other)).rejects.toThrow(
      'runs on sqlite, better-sqlite3 and postgres; this data source is mysql',
    );
  });
});

describe('durability on postgres', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let administrator: DataSource;

  beforeAll(async () => {
    server = await startPostgres();
    administrator = await connect(server.url);
  });

  afterEach(async () => {
    await administrator.query('ALTER SYSTEM RESET ALL');
    await reloaded('on');
  });

  afterAll(async () => {
    await administrator.destroy();
    await server.stop();
  });

  /** Waits until the server has read its settings again. */
  async function reloaded(expected: string, setting = 'fsync'): Promise<void> {
    await administrator.query('SELECT pg_reload_conf()');
    for (;;) {
      const [row] = await administrator.query<Record<string, string>[]>(`SHOW ${setting}`);
      if (row?.[setting] === expected) return;
    }
  }

  it.each([
    ['fsync', 'off'],
    ['full_page_writes', 'off'],
    ['synchronous_commit', 'off'],
    ['synchronous_commit', 'local'],
  ])('refuses a server with %s = %s', async (setting, value) => {
    await administrator.query(`ALTER SYSTEM SET ${setting} = ${value}`);
    await reloaded(value, setting);
    const host = await connect(server.url);

    await expect(openDatabase(host)).rejects.toThrow(
      new RegExp(
        `PostgreSQL runs with ${setting} = ${value}: an acknowledged change could be lost.* Set ${setting} = on`,
      ),
    );
    await host.destroy();
  });

  it('accepts a server that waits for its standbys to apply', async () => {
    await administrator.query('ALTER SYSTEM SET synchronous_commit = remote_apply');
    await reloaded('remote_apply', 'synchronous_commit');
    const host = await connect(server.url);
    await expect(openDatabase(host)).resolves.toBeDefined();
    await host.destroy();
  });

  it('keeps the service from starting on a database that weakens it', async () => {
    const store = await createStore('postgres');
    const host = await connect(store.url);
    await host.query(`ALTER DATABASE ${new URL(store.url).pathname.slice(1)} SET synchronous_commit = off`);
    await host.destroy();

    await expect(startService('postgres', { DATABASE_URL: store.url })).rejects.toThrow(
      'PostgreSQL runs with synchronous_commit = off',
    );
    await store.drop();
  });
});
