import type { Transaction } from './transaction.js';

// INSERT OR REPLACE deletes the row in its way without running a delete trigger.
const REPLACES = 'WHEN EXISTS (SELECT 1 FROM latchkey_audit_events WHERE id = NEW.id)';

const SQLITE = new Map(
  (
    [
      ['update', 'BEFORE UPDATE', ''],
      ['delete', 'BEFORE DELETE', ''],
      ['replace', 'BEFORE INSERT', REPLACES],
    ] as const
  ).map(([name, moment, condition]) => [
    `tr_latchkey_audit_events_${name}`,
    [
      `CREATE TRIGGER tr_latchkey_audit_events_${name} ${moment} ON latchkey_audit_events ${condition}
       BEGIN SELECT RAISE(ABORT, 'latchkey: audit records cannot be changed'); END`,
    ],
  ]),
);

const REFUSE_CHANGE = `CREATE OR REPLACE FUNCTION latchkey_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN RAISE EXCEPTION 'latchkey: audit records cannot be changed'; END $$`;

const POSTGRES = new Map([
  [
    'tr_latchkey_audit_events_change',
    [
      REFUSE_CHANGE,
      `CREATE TRIGGER tr_latchkey_audit_events_change BEFORE UPDATE OR DELETE ON latchkey_audit_events
       FOR EACH ROW EXECUTE FUNCTION latchkey_refuse_change()`,
    ],
  ],
  [
    'tr_latchkey_audit_events_truncate',
    [
      REFUSE_CHANGE,
      `CREATE TRIGGER tr_latchkey_audit_events_truncate BEFORE TRUNCATE ON latchkey_audit_events
       FOR EACH STATEMENT EXECUTE FUNCTION latchkey_refuse_change()`,
    ],
  ],
]);

const FIND = {
  sqlite: `SELECT name FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower('latchkey_audit_events')`,
  postgres: `SELECT tgname AS name FROM pg_trigger WHERE tgrelid = to_regclass('latchkey_audit_events') AND tgenabled <> 'D'`,
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
