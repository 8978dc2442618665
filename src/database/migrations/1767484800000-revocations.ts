import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** What was revoked, until every instance has read it. One text for both databases. */
export class Revocations1767484800000 implements MigrationInterface {
  readonly name = 'Revocations1767484800000';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [
      `CREATE TABLE "latchkey_revocations" (
        "xid" bigint NOT NULL,
        "id" varchar(36) NOT NULL,
        "eviction" text NOT NULL,
        CONSTRAINT "pk_latchkey_revocations" PRIMARY KEY ("xid", "id")
      )`,
    ]);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [`DROP TABLE "latchkey_revocations"`]);
  }
}
