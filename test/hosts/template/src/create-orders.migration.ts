import { Table, type MigrationInterface, type QueryRunner } from 'typeorm';

export class CreateOrders1800000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const id = {
      name: 'id',
      type: 'integer',
      isPrimary: true,
      isGenerated: true,
      generationStrategy: 'increment',
    } as const;
    const article = { name: 'article', type: 'varchar', length: '100' };
    const refunded = { name: 'refunded', type: 'boolean', default: false };
    await runner.createTable(new Table({ name: 'orders', columns: [id, article, refunded] }));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropTable('orders');
  }
}
