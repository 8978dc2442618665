import type { QueryRunner } from 'typeorm';
import { TableNames } from '../table-names.js';

/** Runs statements of a migration one after the other, on the tables as the data source calls them. */
export async function runStatements(runner: QueryRunner, statements: readonly string[]): Promise<void> {
  const names = TableNames.forMigrating(runner.connection);
  for (const statement of statements) await runner.query(names.in(statement));
}
