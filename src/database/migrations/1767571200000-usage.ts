import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Who uses keys, how often, and for what. One text for both databases. */
export class Usage1767571200000 implements MigrationInterface {
  readonly name = 'Usage1767571200000';

  async up(runner: QueryRunner): Promise<void> {
    const inPrimaryKey = runner.connection.options.type === 'postgres' ? '' : ' WITHOUT ROWID';
    await runStatements(runner, [...TABLES, ...IN_PRIMARY_KEY.map((table) => `${table}${inPrimaryKey}`)]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runStatements(
      runner,
      ['permissions', 'counts', 'clients', 'removals', 'instances', 'keys'].map(
        (table) => `DROP TABLE "latchkey_usage_${table}"`,
      ),
    );
  }
}

const TABLES = [
  `CREATE TABLE "latchkey_usage_keys" (
    "key_id" varchar(36) NOT NULL,
    "uses" bigint NOT NULL,
    "first_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_usage_keys" PRIMARY KEY ("key_id")
  )`,
  `CREATE TABLE "latchkey_usage_instances" (
    "id" varchar(36) NOT NULL,
    "since_date" varchar(24) NOT NULL,
    "flushed_date" varchar(24) NOT NULL,
    "ended_date" varchar(24),
    "batch" integer NOT NULL,
    CONSTRAINT "pk_latchkey_usage_instances" PRIMARY KEY ("id")
  )`,
  `CREATE TABLE "latchkey_usage_removals" (
    "key_id" varchar(36) NOT NULL,
    "deleted_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_usage_removals" PRIMARY KEY ("key_id")
  )`,
];

// SQLite keeps these in their primary keys.
const IN_PRIMARY_KEY = [
  `CREATE TABLE "latchkey_usage_clients" (
    "key_id" varchar(36) NOT NULL,
    "client" varchar(22) NOT NULL,
    "secret" varchar(8) NOT NULL,
    "application" varchar(100),
    "ip" varchar(45),
    "user_agent" varchar(512),
    "first_seen_date" varchar(24) NOT NULL,
    "last_seen_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_usage_clients" PRIMARY KEY ("key_id", "client", "secret")
  )`,
  `CREATE TABLE "latchkey_usage_counts" (
    "key_id" varchar(36) NOT NULL,
    "unit" integer NOT NULL,
    "start" integer NOT NULL,
    "client" varchar(22) NOT NULL,
    "secret" varchar(8) NOT NULL,
    "valid" bigint NOT NULL,
    "denied" bigint NOT NULL,
    "expired" bigint NOT NULL,
    "disabled" bigint NOT NULL,
    "rate_limited" bigint NOT NULL,
    CONSTRAINT "pk_latchkey_usage_counts" PRIMARY KEY ("key_id", "unit", "start", "client", "secret")
  )`,
  `CREATE TABLE "latchkey_usage_permissions" (
    "key_id" varchar(36) NOT NULL,
    "client" varchar(22) NOT NULL,
    "name" varchar(100) NOT NULL,
    "uses" bigint NOT NULL,
    "first_used_date" varchar(24) NOT NULL,
    "last_used_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_usage_permissions" PRIMARY KEY ("key_id", "client", "name")
  )`,
];
