import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openDataSource } from '../../server/dist/config/open-data-source.js';
import { dataSourceOptions } from '../../server/dist/config/data-source-options.js';
import { migrate } from '../../dist/esm/database/migrate.js';
import { startPostgres } from '../../test/support/postgres-server.mjs';
import { atTheEnd } from './clean-up.mjs';

let server;

/** A new folder, for the length of the run. Where: what `TMPDIR` names, so that another disk can be measured. */
export async function newFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  atTheEnd(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * A new database with Latchkey's tables.
 *
 * @param kind `sqlite` or `postgres`
 * @param fill called with its open data source
 * @returns its URL
 */
export async function newStore(kind, fill = async () => {}) {
  const url = kind === 'sqlite' ? `sqlite:${join(await newFolder(), 'latchkey.db')}` : await newPostgresDatabase();
  const dataSource = await openDataSource(dataSourceOptions(url));
  try {
    await migrate(dataSource);
    await fill(dataSource);
    // As a server that has been running for a while would have it.
    await dataSource.query(kind === 'sqlite' ? 'PRAGMA wal_checkpoint(TRUNCATE)' : 'VACUUM ANALYZE');
  } finally {
    await dataSource.destroy();
  }
  return url;
}

/** An empty database on the PostgreSQL of this run, which is started once: of its own, or what `TEST_DATABASE_URL` names. */
export async function newPostgresDatabase() {
  const url = new URL(await administratorUrl());
  const name = `bench_${randomUUID().replaceAll('-', '')}`;
  await run(url, `CREATE DATABASE ${name}`);
  const administrator = new URL(url);
  atTheEnd(() => run(administrator, `DROP DATABASE ${name} WITH (FORCE)`));
  url.pathname = `/${name}`;
  return url.href;
}

async function run(url, statement) {
  const client = new pg.Client(url.href);
  await client.connect();
  await client.query(statement);
  await client.end();
}

async function administratorUrl() {
  if (process.env.TEST_DATABASE_URL) return process.env.TEST_DATABASE_URL;
  if (!server) {
    server = await startPostgres();
    atTheEnd(() => server.stop());
  }
  return server.url;
}
