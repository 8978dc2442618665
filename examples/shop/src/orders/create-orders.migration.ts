import type { MigrationInterface, QueryRunner } from 'typeorm';

export class CreateOrders1790000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE orders (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        workspace_id uuid NOT NULL,
        article varchar(100) NOT NULL,
        price_in_cents integer NOT NULL,
        status varchar(10) NOT NULL DEFAULT 'paid'
      )`);
    await runner.query('CREATE INDEX orders_workspace_id ON orders (workspace_id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE orders');
  }
}
