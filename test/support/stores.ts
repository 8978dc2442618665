import { describe } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import pg from 'pg';

export type StoreKind = 'sqlite' | 'postgres';

/** An empty database of its own, and the end of it. */
export interface Store {
  kind: StoreKind;
  url: string;
  drop: () => Promise<void>;
}

export async function createStore(kind: StoreKind): Promise<Store> {
  return kind === 'sqlite' ? createSqlite() : createPostgres();
}

/** Declares the same tests for both databases. */
export function forEachStore(tests: (kind: StoreKind) => void): void {
  describe.each<StoreKind>(['sqlite', 'postgres'])('on %s', tests);
}

async function createSqlite(): Promise<Store> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-sqlite-'));
  return {
    kind: 'sqlite',
    url: `sqlite:${join(folder, 'latchkey.db')}`,
    drop: () => rm(folder, { recursive: true, force: true }),
  };
}

async function createPostgres(): Promise<Store> {
  const name = `latchkey_${randomUUID().replaceAll('-', '')}`;
  await asAdministrator(`CREATE DATABASE ${name}`);
  const url = new URL(administratorUrl());
  url.pathname = `/${name}`;
  return { kind: 'postgres', url: url.href, drop: () => asAdministrator(`DROP DATABASE ${name} WITH (FORCE)`) };
}

export async function asAdministrator(statement: string): Promise<void> {
  const client = new pg.Client(administratorUrl());
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

function administratorUrl(): string {
  const url = process.env['TEST_DATABASE_URL'];
  if (!url) throw new Error('TEST_DATABASE_URL is not set; the global set-up sets it.');
  return url;
}
