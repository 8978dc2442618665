import pg from 'pg';
import sqlite3 from 'sqlite3';
import type { Store } from './stores.js';

/** Makes the creation of workspaces wait. Resolves, once that is so, to what ends it. */
export function holdWorkspaces(store: Store): Promise<() => Promise<void>> {
  return store.kind === 'sqlite' ? holdSqlite(store.url.replace('sqlite:', '')) : holdPostgres(store.url);
}

async function holdSqlite(file: string): Promise<() => Promise<void>> {
  const database = new sqlite3.Database(file);
  const execute = (sql: string) =>
    new Promise<void>((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
  await execute('BEGIN IMMEDIATE');
  return async () => {
    await execute('ROLLBACK');
    await new Promise<void>((resolve) => database.close(() => resolve()));
  };
}

async function holdPostgres(url: string): Promise<() => Promise<void>> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query('BEGIN; LOCK TABLE latchkey_workspaces IN EXCLUSIVE MODE');
  return () => client.end();
}
