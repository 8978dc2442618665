import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LegacyTables1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE users (
        name varchar(50) PRIMARY KEY,
        password_hash varchar NOT NULL,
        is_admin boolean NOT NULL DEFAULT 0,
        workspace_id varchar NOT NULL
      )`);
    await runner.query(`
      CREATE TABLE invoices (
        id integer PRIMARY KEY AUTOINCREMENT,
        workspace_id varchar NOT NULL,
        customer varchar(100) NOT NULL,
        cancelled boolean NOT NULL DEFAULT 0
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE invoices');
    await runner.query('DROP TABLE users');
  }
}
