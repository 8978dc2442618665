import type { MigrationInterface, QueryRunner } from 'typeorm';
import { runStatements } from './run-statements.js';

/** Roles, members, application permissions, and keys that are bound to a person. One text for both databases. */
export class RolesAndMembers1767312000000 implements MigrationInterface {
  readonly name = 'RolesAndMembers1767312000000';

  async up(runner: QueryRunner): Promise<void> {
    await runStatements(runner, STATEMENTS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runStatements(runner, [
      'DROP INDEX "ix_latchkey_api_keys_owner"',
      'ALTER TABLE "latchkey_api_keys" DROP COLUMN "owner_subject"',
      ...['permissions', 'members', 'role_assignments', 'roles'].map((table) => `DROP TABLE "latchkey_${table}"`),
    ]);
  }
}

const STATEMENTS = [
  `CREATE TABLE "latchkey_roles" (
    "id" varchar(36) NOT NULL,
    "workspace_id" varchar(36) NOT NULL,
    "name" varchar(100) NOT NULL,
    "name_folded" varchar(1800) NOT NULL,
    "description" text,
    "permissions" text NOT NULL,
    "created_date" varchar(24) NOT NULL,
    "updated_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_roles" PRIMARY KEY ("id"),
    CONSTRAINT "uq_latchkey_roles_workspace_name" UNIQUE ("workspace_id", "name_folded")
  )`,
  `CREATE TABLE "latchkey_role_assignments" (
    "workspace_id" varchar(36) NOT NULL,
    "holder_type" varchar(16) NOT NULL,
    "holder_id" varchar(255) NOT NULL,
    "role_id" varchar(36) NOT NULL,
    "position" integer NOT NULL,
    CONSTRAINT "pk_latchkey_role_assignments" PRIMARY KEY ("workspace_id", "holder_type", "holder_id", "role_id")
  )`,
  `CREATE INDEX "ix_latchkey_role_assignments_role" ON "latchkey_role_assignments" ("workspace_id", "role_id")`,
  `CREATE TABLE "latchkey_members" (
    "workspace_id" varchar(36) NOT NULL,
    "subject" varchar(255) NOT NULL,
    "permissions" text NOT NULL,
    "created_date" varchar(24) NOT NULL,
    "updated_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_members" PRIMARY KEY ("workspace_id", "subject")
  )`,
  `CREATE INDEX "ix_latchkey_members_subject" ON "latchkey_members" ("subject")`,
  `CREATE TABLE "latchkey_permissions" (
    "workspace_id" varchar(36) NOT NULL,
    "name" varchar(100) NOT NULL,
    "description" text NOT NULL,
    "created_date" varchar(24) NOT NULL,
    CONSTRAINT "pk_latchkey_permissions" PRIMARY KEY ("workspace_id", "name")
  )`,
  `ALTER TABLE "latchkey_api_keys" ADD COLUMN "owner_subject" varchar(255)`,
  `CREATE INDEX "ix_latchkey_api_keys_owner" ON "latchkey_api_keys" ("workspace_id", "owner_subject")`,
];
