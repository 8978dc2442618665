import type { DataSource } from 'typeorm';
import type { Database } from './database.js';
import { PostgresDatabase } from './postgres/postgres-database.js';
import { SqliteDatabase } from './sqlite/sqlite-database.js';
import { isSqlite, type SqliteOptions } from './sqlite/sqlite-options.js';
import { TableNames } from './table-names.js';

/**
 * Opens the store behind a data source.
 *
 * @throws {Error} if its type is not supported, or what it acknowledges would not survive a power cut.
 */
export async function openDatabase(dataSource: DataSource): Promise<Database> {
  const { options } = dataSource;
  if (isSqlite(options)) {
    assertInFile(options);
    return SqliteDatabase.open(options, TableNames.of(dataSource));
  }
  if (options.type === 'postgres') return PostgresDatabase.open(dataSource, TableNames.of(dataSource));
  throw new Error(`Latchkey runs on sqlite, better-sqlite3 and postgres; this data source is ${options.type}.`);
}

function assertInFile({ database }: SqliteOptions): void {
  if (database !== '' && !database.includes(':memory:')) return;
  throw new Error(
    'Latchkey needs SQLite in a file: what is in memory only is lost when the process ends. In tests, use a temporary file.',
  );
}
