import type { Transaction } from './transaction.js';

/** A table into which rows are only ever inserted. */
export interface InsertOnlyTable {
  readonly table: string;
  /** SQL: whether a new row takes the place of one that is there. */
  readonly isReplaced: string;
}

/** The tables of which the database refuses to change a row. */
export const INSERT_ONLY_TABLES = Symbol('INSERT_ONLY_TABLES');

/** The statements that make a trigger, by its name. */
type Triggers = [name: string, statements: string[]][];

function onSqlite({ table, isReplaced }: InsertOnlyTable): Triggers {
  const moments = [
    ['update', 'BEFORE UPDATE', ''],
    ['delete', 'BEFORE DELETE', ''],
    // INSERT OR REPLACE deletes the row in its way without running a delete trigger.
    ['replace', 'BEFORE INSERT', `WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${isReplaced})`],
  ] as const;
  return moments.map(([name, moment, condition]) => [
    `tr_${table}_${name}`,
    [
      `CREATE TRIGGER tr_${table}_${name} ${moment} ON ${table} ${condition}
       BEGIN SELECT RAISE(ABORT, 'latchkey: audit records cannot be changed'); END`,
    ],
  ]);
}

const REFUSE_CHANGE = `CREATE OR REPLACE FUNCTION latchkey_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'latchkey: audit records cannot be changed'; END $$`;

function onPostgres({ table }: InsertOnlyTable): Triggers {
  const moments = [
    ['change', 'BEFORE UPDATE OR DELETE', 'ROW'],
    ['truncate', 'BEFORE TRUNCATE', 'STATEMENT'],
  ] as const;
  return moments.map(([name, moment, each]) => [
    `tr_${table}_${name}`,
    [
      REFUSE_CHANGE,
      `CREATE TRIGGER tr_${table}_${name} ${moment} ON ${table}
       FOR EACH ${each} EXECUTE FUNCTION latchkey_refuse_change()`,
    ],
  ]);
}

const FIND = {
  sqlite: (tables: readonly string[]) =>
    `SELECT name FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN (${tables.map((table) => `lower('${table}')`).join(', ')})`,
  postgres: (tables: readonly string[]) => `SELECT tgname AS name FROM pg_trigger
    WHERE tgrelid IN (${tables.map((table) => `to_regclass('${table}')`).join(', ')}) AND tgenabled <> 'D'`,
};

/**
 * Sees to it that the database refuses to change audit records. Migrations make the triggers; where TypeORM made the
 * tables from the entities, or made one anew for a change, they are missing.
 *
 * @throws {StoreUnavailableError} if one is missing and may not be made.
 */
export async function protectTrail(
  transaction: Transaction,
  insertOnly: readonly InsertOnlyTable[],
  nameOf: (name: string) => string,
): Promise<void> {
  const { dialect } = transaction;
  const found = await transaction.query<{ name: string }>(FIND[dialect](insertOnly.map(({ table }) => table)));
  const present = new Set(found.map(({ name }) => name));
  for (const [name, statements] of insertOnly.flatMap(dialect === 'sqlite' ? onSqlite : onPostgres)) {
    if (present.has(nameOf(name))) continue;
    for (const statement of statements) await transaction.query(statement);
  }
}
