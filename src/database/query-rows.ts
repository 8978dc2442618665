import type { QueryRunner } from 'typeorm';

export async function queryRows<Row>(runner: QueryRunner, sql: string, parameters: unknown[]): Promise<Row[]> {
  // TypeORM's sqlite3 runner drops the rows of RETURNING when a statement begins with INSERT, UPDATE or DELETE; a
  // leading line break makes it fetch them.
  const result = await runner.query(`\n${sql}`, parameters, true);
  return result.records as Row[];
}
