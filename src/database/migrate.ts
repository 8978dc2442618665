import type { DataSource, Migration } from 'typeorm';

// Any number, the same in every instance: it names the lock under which one of them migrates.
const MIGRATION_LOCK = 7_236_410_551;

/** Brings the schema up to date. Processes that start together take turns. */
export async function migrate(dataSource: DataSource): Promise<Migration[]> {
  return dataSource.options.type === 'postgres' ? migratePostgres(dataSource) : migrateSqlite(dataSource);
}

async function migratePostgres(dataSource: DataSource): Promise<Migration[]> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    return await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
}

async function migrateSqlite(dataSource: DataSource): Promise<Migration[]> {
  const runner = dataSource.createQueryRunner();
  // The file's write lock, before anything is read: a second process waits here and then finds nothing left to do.
  await runner.query('BEGIN IMMEDIATE');
  try {
    const applied = await dataSource.runMigrations({ transaction: 'none' });
    await runner.query('COMMIT');
    return applied;
  } catch (error) {
    await runner.query('ROLLBACK');
    throw error;
  }
}
