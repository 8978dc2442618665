import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { StoreUnavailableError } from '../common/latchkey-error.js';
import { Database } from './database.js';
import { queryRows } from './query-rows.js';
import { toStoreError } from './store-errors.js';
import { Transaction } from './transaction.js';

const DURABLE: Record<string, readonly string[]> = {
  fsync: ['on'],
  full_page_writes: ['on'],
  synchronous_commit: ['on', 'remote_apply'],
};

/** PostgreSQL through the host's pool: each transaction has a connection of its own. */
export class PostgresDatabase extends Database {
  private constructor(private readonly dataSource: DataSource) {
    super();
  }

  /** @throws {Error} if the server would acknowledge what a power cut can undo. */
  static async open(dataSource: DataSource): Promise<PostgresDatabase> {
    for (const [setting, durable] of Object.entries(DURABLE)) {
      const [row] = await dataSource.query<Record<string, string>[]>(`SHOW ${setting}`);
      const value = row?.[setting] ?? 'unknown';
      if (!durable.includes(value)) {
        throw new Error(
          `PostgreSQL runs with ${setting} = ${value}: an acknowledged change could be lost in a power cut. ` +
            `Set ${setting} = ${durable.join(' or ')}.`,
        );
      }
    }
    return new PostgresDatabase(dataSource);
  }

  async read<T>(reads: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await reads(this.dataSource.manager);
    } catch (error) {
      throw unreachable(error);
    }
  }

  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await queryRows<Row>(runner, sql, parameters);
    } catch (error) {
      throw unreachable(error);
    } finally {
      await runner.release();
    }
  }

  async transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      await begin(runner);
      const result = await body(new Transaction(runner, { mode: 'pessimistic_write' }));
      await runner.commitTransaction();
      return result;
    } catch (error) {
      await rollback(runner);
      throw toStoreError(error);
    } finally {
      await runner.release();
    }
  }

  async close(): Promise<void> {
    // The pool is the host's.
  }
}

async function begin(runner: QueryRunner): Promise<void> {
  try {
    await runner.startTransaction();
  } catch (error) {
    throw unreachable(error);
  }
}

async function rollback(runner: QueryRunner): Promise<void> {
  if (!runner.isTransactionActive) return;
  // A broken connection cannot roll back, and need not: the server does it when the session ends.
  await runner.rollbackTransaction().catch(() => undefined);
}

// A pool that cannot connect throws plain errors without a code; nothing else happens where this is used.
function unreachable(error: unknown): unknown {
  const known = toStoreError(error);
  return known === error && error instanceof Error && error.name === 'Error' ? new StoreUnavailableError(error) : known;
}
