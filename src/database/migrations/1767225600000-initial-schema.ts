import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Workspaces, API keys and the audit trail. One text for both databases; only the triggers differ. */
export class InitialSchema1767225600000 implements MigrationInterface {
  readonly name = 'InitialSchema1767225600000';

  async up(runner: QueryRunner): Promise<void> {
    const inPrimaryKey = isPostgres(runner) ? '' : ' WITHOUT ROWID';
    await runStatements(runner, [...TABLES, ...IN_PRIMARY_KEY.map((table) => `${table}${inPrimaryKey}`), ...INDEXES]);
    await runStatements(runner, isPostgres(runner) ? POSTGRES_TRIGGERS : SQLITE_TRIGGERS);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of [
      'audit_pii',
      'audit_further_targets',
      'audit_events',
      'operators',
      'database_identity',
      'idempotency_keys',
      'deleted_keys',
      'api_key_words',
      'api_keys',
      'workspace_quotas',
      'workspace_deletions',
      'workspaces',
    ]) {
      await runStatements(runner, [`DROP TABLE "latchkey_${table}"`]);
    }
    if (isPostgres(runner)) await runStatements(runner, ['DROP FUNCTION latchkey_refuse_change()']);
  }
}

function isPostgres(runner: QueryRunner): boolean {
  return runner.connection.options.type === 'postgres';
}

const TABLES = [
  `CREATE TABLE "latchkey_workspaces" (
    "id" varchar(36) NOT NULL,
    "name" varchar(100) NOT NULL,
    "external_id" varchar(255),
    "created_date" varchar(24) NOT NULL,
    "updated_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_workspaces" PRIMARY KEY ("id"),
    CONSTRAINT "uq_latchkey_workspaces_external_id" UNIQUE ("external_id")
  )`,
  `CREATE INDEX "ix_latchkey_workspaces_name" ON "latchkey_workspaces" ("name", "id")`,
  `CREATE TABLE "latchkey_workspace_quotas" (
    "workspace_id" varchar(36) NOT NULL,
    "name" varchar(32) NOT NULL,
    "slot" integer NOT NULL,
    "used" integer NOT NULL,
    "allowed" integer,
    CONSTRAINT "pk_latchkey_workspace_quotas" PRIMARY KEY ("workspace_id", "name", "slot"),
    CONSTRAINT "fk_latchkey_workspace_quotas_workspace" FOREIGN KEY ("workspace_id") REFERENCES "latchkey_workspaces" ("id")
      ON DELETE NO ACTION ON UPDATE NO ACTION
  )`,
  `CREATE TABLE "latchkey_workspace_deletions" (
    "workspace_id" varchar(36) NOT NULL,
    "deleted_date" varchar(24) NOT NULL,
    "actor" text NOT NULL,
    CONSTRAINT "pk_latchkey_workspace_deletions" PRIMARY KEY ("workspace_id")
  )`,
  `CREATE TABLE "latchkey_api_keys" (
    "id" varchar(36) NOT NULL,
    "workspace_id" varchar(36) NOT NULL,
    "name" varchar(100) NOT NULL,
    "search_name" varchar(2200) NOT NULL,
    "hash" varchar(43) NOT NULL,
    "enabled" boolean NOT NULL,
    "expiration_date" varchar(24),
    "orphaned_date" varchar(24),
    "hint" varchar(32) NOT NULL,
    "permissions" text NOT NULL,
    "description" text,
    "allowed_ips" text NOT NULL,
    "rate_limit" text,
    "metadata" text NOT NULL,
    "created_date" varchar(24) NOT NULL,
    "updated_date" varchar(24) NOT NULL,
    "created_by" text NOT NULL,
    "creator_key_id" varchar(36),
    "last_used_date" varchar(24),
    "version" integer NOT NULL,
    CONSTRAINT "pk_latchkey_api_keys" PRIMARY KEY ("id"),
    CONSTRAINT "uq_latchkey_api_keys_hash" UNIQUE ("hash"),
    CONSTRAINT "uq_latchkey_api_keys_workspace_name" UNIQUE ("workspace_id", "name")
  )`,
  `CREATE INDEX "ix_latchkey_api_keys_workspace_created" ON "latchkey_api_keys"
    ("workspace_id", "created_date", "id", "enabled", "expiration_date", "orphaned_date", "search_name")`,
  `CREATE INDEX "ix_latchkey_api_keys_workspace_updated" ON "latchkey_api_keys"
    ("workspace_id", "updated_date", "id", "enabled", "expiration_date", "orphaned_date", "search_name")`,
  `CREATE INDEX "ix_latchkey_api_keys_workspace_expiration" ON "latchkey_api_keys"
    ("workspace_id", "expiration_date", "id", "enabled", "orphaned_date", "search_name")`,
  `CREATE INDEX "ix_latchkey_api_keys_workspace_search" ON "latchkey_api_keys"
    ("workspace_id", "search_name", "id", "enabled", "expiration_date", "orphaned_date")`,
  `CREATE INDEX "ix_latchkey_api_keys_disabled" ON "latchkey_api_keys" ("workspace_id", "id")
    WHERE NOT enabled AND orphaned_date IS NULL`,
  `CREATE INDEX "ix_latchkey_api_keys_orphaned" ON "latchkey_api_keys" ("workspace_id", "id")
    WHERE orphaned_date IS NOT NULL`,
  `CREATE INDEX "ix_latchkey_api_keys_creator" ON "latchkey_api_keys" ("creator_key_id", "id")
    WHERE creator_key_id IS NOT NULL`,
  `CREATE TABLE "latchkey_deleted_keys" (
    "hash" varchar(43) NOT NULL,
    "key_id" varchar(36) NOT NULL,
    "key_name" varchar(100) NOT NULL,
    "workspace_id" varchar(36) NOT NULL,
    "deleted_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_deleted_keys" PRIMARY KEY ("hash")
  )`,
  `CREATE TABLE "latchkey_idempotency_keys" (
    "hash" varchar(43) NOT NULL,
    "request_hash" varchar(43) NOT NULL,
    "key_id" varchar(36) NOT NULL,
    "created_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_idempotency_keys" PRIMARY KEY ("hash")
  )`,
  `CREATE INDEX "ix_latchkey_idempotency_keys_created" ON "latchkey_idempotency_keys" ("created_date")`,
  `CREATE TABLE "latchkey_database_identity" (
    "place" integer NOT NULL,
    "id" varchar(36) NOT NULL,
    CONSTRAINT "pk_latchkey_database_identity" PRIMARY KEY ("place")
  )`,
  `CREATE TABLE "latchkey_operators" (
    "id" varchar(36) NOT NULL,
    "name" varchar(63) NOT NULL,
    "hash" varchar(43) NOT NULL,
    "created_date" varchar(24) NOT NULL,
    "rotated_date" varchar(24),
    CONSTRAINT "pk_latchkey_operators" PRIMARY KEY ("id"),
    CONSTRAINT "uq_latchkey_operators_name" UNIQUE ("name"),
    CONSTRAINT "uq_latchkey_operators_hash" UNIQUE ("hash")
  )`,
  `CREATE TABLE "latchkey_audit_events" (
    "id" varchar(36) NOT NULL,
    "workspace_id" varchar(36),
    "action" varchar(100) NOT NULL,
    "outcome" varchar(16) NOT NULL,
    "actor_id" varchar(255) NOT NULL,
    "target_id" varchar(255),
    "occurred_date" varchar(24) NOT NULL,
    "payload" text NOT NULL,
    "payload_hash" varchar(64) NOT NULL,
    CONSTRAINT "pk_latchkey_audit_events" PRIMARY KEY ("id")
  )`,
  `CREATE INDEX "ix_latchkey_audit_events_outcome" ON "latchkey_audit_events" ("outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_action" ON "latchkey_audit_events"
    ("action", "outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_actor" ON "latchkey_audit_events"
    ("actor_id", "outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_target" ON "latchkey_audit_events"
    ("target_id", "outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_workspace" ON "latchkey_audit_events"
    ("workspace_id", "outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_workspace_action" ON "latchkey_audit_events"
    ("workspace_id", "action", "outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_workspace_actor" ON "latchkey_audit_events"
    ("workspace_id", "actor_id", "outcome", "occurred_date", "id")`,
  `CREATE INDEX "ix_latchkey_audit_events_workspace_target" ON "latchkey_audit_events"
    ("workspace_id", "target_id", "outcome", "occurred_date", "id")`,
  `CREATE TABLE "latchkey_audit_pii" (
    "event_id" varchar(36) NOT NULL,
    "salt" varchar(64) NOT NULL,
    "content" text NOT NULL,
    CONSTRAINT "pk_latchkey_audit_pii" PRIMARY KEY ("event_id")
  )`,
];

// SQLite keeps these in their primary keys.
const IN_PRIMARY_KEY = [
  `CREATE TABLE "latchkey_api_key_words" (
    "workspace_id" varchar(36) NOT NULL,
    "word" varchar(128) NOT NULL,
    "key_id" varchar(36) NOT NULL,
    CONSTRAINT "pk_latchkey_api_key_words" PRIMARY KEY ("workspace_id", "word", "key_id")
  )`,
  `CREATE TABLE "latchkey_audit_further_targets" (
    "event_id" varchar(36) NOT NULL,
    "target_id" varchar(255) NOT NULL,
    "workspace_id" varchar(36),
    "outcome" varchar(16) NOT NULL,
    "occurred_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_audit_further_targets" PRIMARY KEY ("event_id", "target_id")
  )`,
];

const INDEXES = [
  `CREATE INDEX "ix_latchkey_audit_further_targets_target" ON "latchkey_audit_further_targets"
    ("target_id", "outcome", "occurred_date", "event_id")`,
  `CREATE INDEX "ix_latchkey_audit_further_targets_workspace_target" ON "latchkey_audit_further_targets"
    ("workspace_id", "target_id", "outcome", "occurred_date", "event_id")`,
];

/** What is only ever inserted, and the condition for a new row to take the place of one. */
const INSERT_ONLY = [
  ['audit_events', '"id" = NEW."id"'],
  ['audit_further_targets', '"event_id" = NEW."event_id" AND "target_id" = NEW."target_id"'],
] as const;

const SQLITE_TRIGGERS = INSERT_ONLY.flatMap(([table, isReplaced]) =>
  [
    ['update', 'BEFORE UPDATE', ''],
    ['delete', 'BEFORE DELETE', ''],
    // INSERT OR REPLACE deletes the row in its way without running a delete trigger.
    ['replace', 'BEFORE INSERT', `WHEN EXISTS (SELECT 1 FROM "latchkey_${table}" WHERE ${isReplaced})`],
  ].map(
    ([name, moment, condition]) => `CREATE TRIGGER "tr_latchkey_${table}_${name}"
    ${moment} ON "latchkey_${table}" ${condition}
    BEGIN SELECT RAISE(ABORT, 'latchkey: audit records cannot be changed'); END`,
  ),
);

const POSTGRES_TRIGGERS = [
  `CREATE FUNCTION latchkey_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'latchkey: audit records cannot be changed'; END $$`,
  ...INSERT_ONLY.flatMap(([table]) => [
    `CREATE TRIGGER "tr_latchkey_${table}_change"
    BEFORE UPDATE OR DELETE ON "latchkey_${table}"
    FOR EACH ROW EXECUTE FUNCTION latchkey_refuse_change()`,
    `CREATE TRIGGER "tr_latchkey_${table}_truncate"
    BEFORE TRUNCATE ON "latchkey_${table}"
    FOR EACH STATEMENT EXECUTE FUNCTION latchkey_refuse_change()`,
  ]),
];
