import type { Transaction } from './transaction.js';

/** What is only ever inserted, and the condition for a new row to take the place of one. */
const INSERT_ONLY = [
  ['latchkey_audit_events', 'id = NEW.id'],
  ['latchkey_audit_further_targets', 'event_id = NEW.event_id AND target_id = NEW.target_id'],
] as const;

const SQLITE = new Map(
  INSERT_ONLY.flatMap(([table, isReplaced]) =>
    (
      [
        ['update', 'BEFORE UPDATE', ''],
        ['delete', 'BEFORE DELETE', ''],
        // INSERT OR REPLACE deletes the row in its way without running a delete trigger.
        ['replace', 'BEFORE INSERT', `WHEN EXISTS (SELECT 1 FROM ${table} WHERE ${isReplaced})`],
      ] as const
    ).map(([name, moment, condition]): [string, string[]] => [
      `tr_${table}_${name}`,
      [
        `CREATE TRIGGER tr_${table}_${name} ${moment} ON ${table} ${condition}
         BEGIN SELECT RAISE(ABORT, 'latchkey: audit records cannot be changed'); END`,
      ],
    ]),
  ),
);

const REFUSE_CHANGE = `CREATE OR REPLACE FUNCTION latchkey_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'latchkey: audit records cannot be changed'; END $$`;

const POSTGRES = new Map(
  INSERT_ONLY.flatMap(([table]) =>
    (
      [
        ['change', 'BEFORE UPDATE OR DELETE', 'ROW'],
        ['truncate', 'BEFORE TRUNCATE', 'STATEMENT'],
      ] as const
    ).map(([name, moment, each]): [string, string[]] => [
      `tr_${table}_${name}`,
      [
        REFUSE_CHANGE,
        `CREATE TRIGGER tr_${table}_${name} ${moment} ON ${table}
         FOR EACH ${each} EXECUTE FUNCTION latchkey_refuse_change()`,
      ],
    ]),
  ),
);

const FIND = {
  sqlite: `SELECT name FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) IN (${listOf((table) => `lower('${table}')`)})`,
  postgres: `SELECT tgname AS name FROM pg_trigger
    WHERE tgrelid IN (${listOf((table) => `to_regclass('${table}')`)}) AND tgenabled <> 'D'`,
};

/**
 * Sees to it that the database refuses to change audit records. Migrations make the triggers; where TypeORM made the
 * tables from the entities, or made one anew for a change, they are missing.
 *
 * @throws {StoreUnavailableError} if one is missing and may not be made.
 */
export async function protectTrail(transaction: Transaction, nameOf: (name: string) => string): Promise<void> {
  const { dialect } = transaction;
  const present = new Set((await transaction.query<{ name: string }>(FIND[dialect])).map(({ name }) => name));
  for (const [name, statements] of dialect === 'sqlite' ? SQLITE : POSTGRES) {
    if (present.has(nameOf(name))) continue;
    for (const statement of statements) await transaction.query(statement);
  }
}

function listOf(item: (table: string) => string): string {
  return INSERT_ONLY.map(([table]) => item(table)).join(', ');
}
