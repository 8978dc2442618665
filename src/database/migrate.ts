import { MigrationExecutor, type DataSource, type Migration } from 'typeorm';
import { isLockTimeout } from './store-errors.js';

// Any number, the same in every instance: it names the lock under which one of them migrates.
const MIGRATION_LOCK = 7_236_410_551;
// Below the time after which the connection is given up: the server answers, and has let go of everything.
const LONGEST_WAIT_MS = 25_000;
const LONGEST_IDLE_MS = 20_000;
const IN_PROGRESS =
  'The database is still being migrated, or locked, by another process: start again once that has ended.';

/** Brings the schema up to date. Processes that start together take turns. */
export async function migrate(dataSource: DataSource): Promise<Migration[]> {
  return dataSource.options.type === 'postgres' ? migratePostgres(dataSource) : migrateSqlite(dataSource);
}

// All in one transaction: its lock ends with it, whatever becomes of the process, and also where a pooler hands the session
// to somebody else between two transactions.
async function migratePostgres(dataSource: DataSource): Promise<Migration[]> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction('READ COMMITTED');
    await runner.query(`SET LOCAL lock_timeout = ${LONGEST_WAIT_MS}`);
    await runner.query(`SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_IDLE_MS}`);
    await runner.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    const applied = await new MigrationExecutor(dataSource, runner).executePendingMigrations();
    await runner.commitTransaction();
    return applied;
  } catch (error) {
    await runner.rollbackTransaction().catch(() => undefined);
    throw isLockTimeout(error) ? new Error(IN_PROGRESS, { cause: error }) : error;
  } finally {
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
