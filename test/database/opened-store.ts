import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import type { Database } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { openDatabase } from '../../src/database/open-database.js';
import { createStore, type Store, type StoreKind } from '../support/stores.js';

/** A store with its schema: the data source of a host, and the database that stands on it. */
export interface OpenedStore {
  store: Store;
  host: DataSource;
  database: Database;
  close: () => Promise<void>;
}

export async function openStore(kind: StoreKind): Promise<OpenedStore> {
  const store = await createStore(kind);
  const host = await connect(store.url);
  await migrate(host);
  const database = await openDatabase(host);
  const close = async () => {
    await database.close();
    await host.destroy();
    await store.drop();
  };
  return { store, host, database, close };
}

export function connect(url: string): Promise<DataSource> {
  return new DataSource(dataSourceOptions(url)).initialize();
}

export const INSERT_WORKSPACE = `INSERT INTO latchkey_workspaces (id, name, created_date, updated_date)
  VALUES ($1, $2, '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z')`;

/** The names of the workspaces that a reader of ours sees. */
export async function workspaceNames(database: Database): Promise<string[]> {
  const rows = await database.query<{ name: string }>('SELECT name FROM latchkey_workspaces ORDER BY name');
  return rows.map(({ name }) => name);
}
