import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { DataSource } from 'typeorm';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { migrate } from '../../src/database/migrate.js';
import { createStore, type Store } from '../support/stores.js';
import { connect, INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

const run = promisify(execFile);

describe('several processes on one SQLite file', () => {
  let opened: OpenedStore;

  beforeEach(async () => {
    opened = await openStore('sqlite');
  });

  afterEach(() => opened.close());

  it.each([
    [200, 0],
    [120, 50],
  ])('wait for each other: %i transactions that read and then write, of %i ms, all succeed', async (times, takes) => {
    await opened.host.query('CREATE TABLE counters AS SELECT 0 AS value');
    const adder = () => {
      const script = join('test', 'database', 'adder.ts');
      return run(process.execPath, ['--import', 'tsx', script, opened.store.url, String(times), String(takes)]);
    };

    await Promise.all([adder(), adder()]);

    expect(await opened.host.query('SELECT value FROM counters')).toEqual([{ value: 2 * times }]);
  });

  it('refuses a change as unavailable while another holds the file too long, and recovers by itself', async () => {
    const add = (name: string) => opened.database.transaction((tx) => tx.query(INSERT_WORKSPACE, [name, name]));
    await opened.host.query('BEGIN IMMEDIATE');

    await expect(add('refused')).rejects.toThrow(StoreUnavailableError);
    expect(await workspaceNames(opened.database)).toEqual([]);
    await opened.host.query('COMMIT');
    await add('accepted');

    expect(await workspaceNames(opened.database)).toEqual(['accepted']);
  });
});

describe('instances that start together on an empty PostgreSQL database', () => {
  let store: Store;
  let instances: DataSource[];

  beforeEach(async () => {
    store = await createStore('postgres');
    instances = await Promise.all(Array.from({ length: 4 }, () => connect(store.url)));
  });

  afterEach(async () => {
    await Promise.all(instances.map((instance) => instance.destroy()));
    await store.drop();
  });

  it('migrate it once', async () => {
    const applied = await Promise.all(instances.map((instance) => migrate(instance)));

    const recorded = await instances[0]!.query<{ name: string }[]>('SELECT name FROM latchkey_migrations ORDER BY id');
    expect(applied.flat().map(({ name }) => name)).toEqual(recorded.map(({ name }) => name));
    expect(applied.filter((migrations) => migrations.length > 0)).toHaveLength(1);
  });
});
