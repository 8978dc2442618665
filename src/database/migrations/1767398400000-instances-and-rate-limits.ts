import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Instances that answer from memory, and the limits they share. One text for both databases. */
export class InstancesAndRateLimits1767398400000 implements MigrationInterface {
  readonly name = 'InstancesAndRateLimits1767398400000';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, STATEMENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runStatements(
      runner,
      ['rate_limits', 'instances'].map((table) => `DROP TABLE "latchkey_${table}"`),
    );
  }
}

const STATEMENTS = [
  `CREATE TABLE "latchkey_instances" (
    "id" varchar(36) NOT NULL,
    "renewals" integer NOT NULL,
    "lease_ms" integer NOT NULL,
    "started_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_instances" PRIMARY KEY ("id")
  )`,
  `CREATE TABLE "latchkey_rate_limits" (
    "key_id" varchar(36) NOT NULL,
    "used" integer NOT NULL,
    "ends_at" bigint NOT NULL,
    CONSTRAINT "pk_latchkey_rate_limits" PRIMARY KEY ("key_id")
  )`,
  `CREATE INDEX "ix_latchkey_rate_limits_ends" ON "latchkey_rate_limits" ("ends_at")`,
];
