import sqlite3 from 'sqlite3';
import { existsSync } from 'node:fs';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { oneNameOf } from 'latchkey/internal/database/sqlite/sqlite-file';
import { isSqlite } from 'latchkey/internal/database/sqlite/sqlite-options';
import { MIGRATIONS_TABLE } from './data-source-options.js';
import { cannotBeOpened } from './open-data-source.js';

/** There is no database of Latchkey where `DATABASE_URL` points. */
export class NoDatabaseError extends Error {
  /** @param where such as `at ./data/latchkey.db` */
  constructor(where: string) {
    super(
      `There is no Latchkey database ${where}, and nothing was created. Check DATABASE_URL; ` +
        'latchkey migrate, or latchkey serve, creates a new one',
    );
    this.name = 'NoDatabaseError';
  }
}

/**
 * Looks whether there is a database with tables of Latchkey. Makes and changes nothing, no folder either.
 *
 * @throws {NoDatabaseError}
 * @throws {Error} saying in one line why it cannot be opened.
 */
export async function assertDatabaseExists(options: DataSourceOptions): Promise<void> {
  if (isSqlite(options) && !existsSync(options.database)) throw new NoDatabaseError(`at ${options.database}`);
  if (!(await hasTables(options))) {
    throw new NoDatabaseError(isSqlite(options) ? `in ${options.database}` : 'in this database of PostgreSQL');
  }
}

async function hasTables(options: DataSourceOptions): Promise<boolean> {
  try {
    const dataSource = await new DataSource(readOnly(options)).initialize();
    try {
      return await dataSource.createQueryRunner().hasTable(MIGRATIONS_TABLE);
    } finally {
      await dataSource.destroy();
    }
  } catch (error) {
    throw cannotBeOpened(error);
  }
}

function readOnly(options: DataSourceOptions): DataSourceOptions {
  if (!isSqlite(options)) return options;
  const own: object = { database: oneNameOf(options.database), enableWAL: false, flags: sqlite3.OPEN_READONLY };
  return { ...options, ...own };
}
