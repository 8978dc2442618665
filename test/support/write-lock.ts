import pg from 'pg';
import sqlite3 from 'sqlite3';
import type { Store } from './stores.js';

/** What the session that holds a lock is called, on PostgreSQL. */
export const LOCK_HOLDER = 'lock holder';

/** Makes the creation of workspaces wait. Resolves, once that is so, to what ends it. */
export function holdWorkspaces(store: Store): Promise<() => Promise<void>> {
  return holdLock(store, 'LOCK TABLE latchkey_workspaces IN EXCLUSIVE MODE');
}

/**
 * Makes others wait for what the statement locks, and on SQLite, which is locked whole, all who write. Resolves, once
 * that is so, to what ends it.
 */
export function holdLock(store: Store, statement: string): Promise<() => Promise<void>> {
  return store.kind === 'sqlite' ? holdSqlite(store.url.replace('sqlite:', '')) : holdPostgres(store.url, statement);
}

async function holdSqlite(file: string): Promise<() => Promise<void>> {
  const database = new sqlite3.Database(file);
  database.configure('busyTimeout', 5000);
  const execute = (sql: string) =>
    new Promise<void>((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
  await execute('BEGIN IMMEDIATE');
  return async () => {
    await execute('ROLLBACK');
    await new Promise<void>((resolve) => database.close(() => resolve()));
  };
}

async function holdPostgres(url: string, statement: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url, application_name: LOCK_HOLDER });
  await client.connect();
  await client.query(`BEGIN; ${statement}`);
  return () => client.end();
}
