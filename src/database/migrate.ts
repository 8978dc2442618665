import type { DataSource, Migration } from 'typeorm';

// Any number, the same in every instance: it names the lock under which one of them migrates.
const MIGRATION_LOCK = 7_236_410_551;

/** Brings the schema up to date, each migration in a transaction of its own. Instances that start together take turns. */
export async function migrate(dataSource: DataSource): Promise<Migration[]> {
  if (dataSource.options.type !== 'postgres') return dataSource.runMigrations({ transaction: 'each' });
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
}
