import { setTimeout } from 'node:timers/promises';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { oneNameOf, servingFileOf } from 'latchkey/internal/database/sqlite/sqlite-file';
import { isSqlite } from 'latchkey/internal/database/sqlite/sqlite-options';
import { makePrivateFile } from 'latchkey/internal/kernel/private-file';
import { keepReserve } from './disk-reserve.js';
import { reasonOf } from './reason-of.js';

const LONGEST_WAIT_MS = 5000;
const PAUSE_MS = 50;

/** @throws {Error} saying in one line, without the password in `DATABASE_URL`, why it cannot be opened. */
export async function openDataSource(options: DataSourceOptions): Promise<DataSource> {
  try {
    if (isSqlite(options)) await prepareFile(options.database);
    return await initialize(options, Date.now() + LONGEST_WAIT_MS);
  } catch (error) {
    throw cannotBeOpened(error);
  }
}

/** In one line, without the password in `DATABASE_URL`. */
export function cannotBeOpened(cause: unknown): Error {
  return new Error(`DATABASE_URL: the database cannot be opened: ${reasonOf(cause)}`, { cause });
}

/** By another of its names it must not even be opened. */
async function prepareFile(database: string): Promise<void> {
  const isNew = await makePrivateFile(database);
  const path = oneNameOf(database);
  // Nobody serves a database that was not there.
  if (isNew) await makePrivateFile(servingFileOf(path));
  await keepReserve(path);
}

// Of processes that open a new SQLite file at the same moment one switches it to WAL, and SQLite refuses the others at
// once instead of making them wait.
async function initialize(options: DataSourceOptions, until: number): Promise<DataSource> {
  try {
    return await new DataSource(options).initialize();
  } catch (error) {
    if (!reasonOf(error).startsWith('SQLITE_BUSY') || Date.now() > until) throw error;
  }
  await setTimeout(PAUSE_MS);
  return initialize(options, until);
}
