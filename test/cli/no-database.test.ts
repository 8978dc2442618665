import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommandLine } from '../support/command-line.js';
import { withSql } from '../support/sql.js';
import { createStore, type Store } from '../support/stores.js';

const COMMANDS = [
  ['operator', 'list'],
  ['operator', 'create', '--name', 'alice'],
  ['operator', 'delete', 'alice', '--yes'],
  ['workspace', 'list'],
  ['workspace', 'create', '--name', 'Acme'],
  ['key', 'list', '--workspace', 'Acme'],
  ['key', 'create', '--workspace', 'Acme', '--name', 'Key', '--permission', 'apikeys:view'],
  ['role', 'list', '--workspace', 'Acme'],
  ['member', 'list', '--workspace', 'Acme'],
  ['audit', 'export'],
];

describe('a command where there is no database', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'latchkey-no-database-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  const onSqlite = (path: string) => new CommandLine({ kind: 'sqlite', url: `sqlite:${path}`, drop: async () => {} });

  it.each(COMMANDS)(
    '1: latchkey %s %s on a mistyped path of SQLite: it says so, and makes nothing',
    async (...command) => {
      for (const path of [join(folder, 'latchkey.db'), join(folder, 'dta', 'latchkey.db')]) {
        const { code, stdout, stderr } = await onSqlite(path).run(...command);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toMatch(
          /^latchkey: There is no Latchkey database at .*latchkey migrate.* creates a new one\.\n$/,
        );
        expect(stderr).toContain(path);
      }
      expect(await readdir(folder)).toEqual([]);
    },
  );

  it('1: an empty file stays empty', async () => {
    const path = join(folder, 'latchkey.db');
    await writeFile(path, '');
    const { code, stderr } = await onSqlite(path).run('key', 'list', '--workspace', 'Acme');
    expect(code).toBe(1);
    expect(stderr).toContain(`There is no Latchkey database in ${path}`);
    expect(await readdir(folder)).toEqual(['latchkey.db']);
    expect((await stat(path)).size).toBe(0);
  });

  it('1: for scripts, with a code', async () => {
    const { code, stderr } = await onSqlite(join(folder, 'none.db')).run('workspace', 'list', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stderr)).toMatchObject({ success: false, code: 'database.missing' });
  });

  it.each(COMMANDS)('1: latchkey %s %s on another database of PostgreSQL: it gets no tables', async (...command) => {
    const store: Store = await createStore('postgres');
    try {
      const { code, stdout, stderr } = await new CommandLine(store).run(...command);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^latchkey: There is no Latchkey database in this database of PostgreSQL, .*\n$/);
      const tables = await withSql(store, (query) =>
        query(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'`),
      );
      expect(tables).toEqual([]);
    } finally {
      await store.drop();
    }
  });

  it.each(['sqlite', 'postgres'] as const)('0: after latchkey migrate, on %s', async (kind) => {
    const store = await createStore(kind);
    try {
      const commandLine = new CommandLine(store);
      expect(await commandLine.run('migrate')).toMatchObject({ code: 0 });
      expect(await commandLine.run('workspace', 'list')).toMatchObject({ code: 0, stderr: '' });
    } finally {
      await store.drop();
    }
  });
});
