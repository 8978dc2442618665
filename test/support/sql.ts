import pg from 'pg';
import sqlite3 from 'sqlite3';
import { promisify } from 'node:util';
import type { Store } from './stores.js';

type Row = Record<string, unknown>;

/** Runs statements on a store behind the service's back, as somebody with access to the database could. */
export async function withSql<T>(
  { kind, url }: Store,
  use: (query: (statement: string) => Promise<Row[]>) => Promise<T>,
): Promise<T> {
  if (kind === 'postgres') {
    const client = new pg.Client(url);
    await client.connect();
    try {
      return await use(async (statement) => (await client.query<Row>(statement)).rows);
    } finally {
      await client.end();
    }
  }
  const database = new sqlite3.Database(url.replace('sqlite:', ''));
  database.configure('busyTimeout', 5000);
  const all = promisify<string, Row[]>((statement, done) => database.all(statement, done));
  try {
    return await use(all);
  } finally {
    await promisify((done: (error: Error | null) => void) => database.close(done))();
  }
}

/** The names of all tables. */
export function tablesOf({ kind }: Store, query: (statement: string) => Promise<Row[]>): Promise<string[]> {
  const statement =
    kind === 'postgres'
      ? `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public'`
      : `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`;
  return query(statement).then((rows) => rows.map(({ name }) => String(name)));
}

/** How many rows each table has. */
export function rowCounts(store: Store): Promise<Record<string, number>> {
  return withSql(store, async (query) => {
    const counts: Record<string, number> = {};
    for (const table of await tablesOf(store, query)) {
      const [row] = await query(`SELECT COUNT(*) AS rows FROM "${table}"`);
      counts[table] = Number(row?.['rows']);
    }
    return counts;
  });
}
