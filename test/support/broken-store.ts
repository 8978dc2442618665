import pg from 'pg';
import sqlite3 from 'sqlite3';
import type { Store } from './stores.js';

/** Makes the store useless to a running service. Resolves, once that is so, to what repairs it. */
export function breakStore(store: Store): Promise<() => Promise<void>> {
  return store.kind === 'sqlite' ? breakSqlite(store.url.replace('sqlite:', '')) : breakPostgres(store.url);
}

async function breakSqlite(file: string): Promise<() => Promise<void>> {
  const database = new sqlite3.Database(file);
  const execute = (sql: string) =>
    new Promise<void>((resolve, reject) => database.exec(sql, (error) => (error ? reject(error) : resolve())));
  await execute('ALTER TABLE latchkey_workspaces RENAME TO elsewhere');
  return async () => {
    await execute('ALTER TABLE elsewhere RENAME TO latchkey_workspaces');
    await new Promise<void>((resolve) => database.close(() => resolve()));
  };
}

/** The server closes its connections and takes no more, as if it were gone. */
async function breakPostgres(url: string): Promise<() => Promise<void>> {
  const name = new URL(url).pathname.slice(1);
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client(server.href);
  await client.connect();
  await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS false`);
  await client.query('SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1', [name]);
  return async () => {
    await client.query(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
    await client.end();
  };
}
