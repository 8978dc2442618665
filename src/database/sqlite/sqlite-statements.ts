import type { QueryRunner } from 'typeorm';
import { BetterSqlite3Statements, type BetterSqlite3Connection } from './better-sqlite3-statements.js';
import { isSqlite } from './sqlite-options.js';
import { Sqlite3Statements } from './sqlite3-statements.js';
import type { TableNames } from '../table-names.js';

/** Runs statements of ours on one connection, past TypeORM. */
export interface SqliteStatements {
  /** @returns the rows, those of a `RETURNING` included. */
  run<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;

  /** To be called before the connection is closed, once nothing runs. */
  close(): Promise<void>;
}

/** @param mostKept how many statements stay prepared; 0 on a connection that somebody else closes */
export async function statementsOn(
  runner: QueryRunner,
  names: TableNames,
  mostKept: number,
): Promise<SqliteStatements> {
  const connection: unknown = await runner.connect();
  const { options } = runner.connection;
  return isSqlite(options) && options.type === 'better-sqlite3'
    ? new BetterSqlite3Statements(connection as BetterSqlite3Connection, names, mostKept)
    : new Sqlite3Statements(connection as ConstructorParameters<typeof Sqlite3Statements>[0], names, mostKept);
}
