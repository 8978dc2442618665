import type { DataSource } from 'typeorm';
import type { Database } from './database.js';
import { PostgresDatabase } from './postgres-database.js';
import { SqliteDatabase } from './sqlite-database.js';

/**
 * Opens the store behind a data source.
 *
 * @throws {Error} if its type is not supported, or what it acknowledges would not survive a power cut.
 */
export async function openDatabase(dataSource: DataSource): Promise<Database> {
  const { options } = dataSource;
  if (options.type === 'sqlite') return SqliteDatabase.open(options);
  if (options.type === 'postgres') return PostgresDatabase.open(dataSource);
  throw new Error(`Latchkey runs on sqlite and postgres; this data source is ${options.type}.`);
}
