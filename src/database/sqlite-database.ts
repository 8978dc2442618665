import type { Database as SqliteConnection } from 'sqlite3';
import { DataSource, type EntityManager } from 'typeorm';
import type { SqliteConnectionOptions } from 'typeorm/driver/sqlite/SqliteConnectionOptions.js';
import { StoreUnavailableError } from '../common/latchkey-error.js';
import { Database, type PreparedRead } from './database.js';
import { Mutex } from './mutex.js';
import { Sqlite3Statements } from './sqlite3-statements.js';
import { toStoreError } from './store-errors.js';
import { Transaction, type RunStatement } from './transaction.js';

const BUSY_TIMEOUT_MS = 5000;
const FULL = 2;

/**
 * SQLite through two connections of our own: a writer behind a mutex, and a reader. TypeORM gives a DataSource one
 * connection, on which overlapping transactions would be one transaction; a host's share neither of ours.
 */
export class SqliteDatabase extends Database {
  private readonly mutex = new Mutex();
  private readonly writes: Sqlite3Statements;
  private readonly reads: Sqlite3Statements;

  private constructor(
    private readonly writer: DataSource,
    private readonly reader: DataSource,
  ) {
    super();
    this.writes = statementsOn(writer);
    this.reads = statementsOn(reader);
  }

  /** @throws {Error} if the database is in memory only, or cannot be made durable. */
  static async open(options: SqliteConnectionOptions): Promise<SqliteDatabase> {
    if (options.database === '' || options.database.includes(':memory:')) {
      throw new Error('Latchkey needs SQLite in a file: what is in memory only is lost when the process ends.');
    }
    const writer = await connect(options);
    await assertDurable(writer);
    const reader = await connect(options);
    await reader.query('PRAGMA query_only = ON');
    return new SqliteDatabase(writer, reader);
  }

  async read<T>(reads: (manager: EntityManager) => Promise<T>): Promise<T> {
    try {
      return await reads(this.reader.manager);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    try {
      return await this.reads.run<Row>(sql, parameters);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  lookUp<Row>({ sql }: PreparedRead, parameters: unknown[]): Promise<Row[]> {
    return this.query<Row>(sql, parameters);
  }

  transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.mutex.run(async () => {
      const transaction = await this.begin();
      try {
        const result = await body(transaction);
        await transaction.commit();
        return result;
      } catch (error) {
        await rollback(transaction);
        throw toStoreError(error);
      }
    });
  }

  async close(): Promise<void> {
    await this.mutex.run(async () => {
      await this.writes.close();
      await this.writer.destroy();
    });
    await this.reads.close();
    await this.reader.destroy();
  }

  private async begin(): Promise<Transaction> {
    try {
      // IMMEDIATE takes the write lock first: a deferred transaction that reads and then writes is refused at once, not
      // made to wait, when another process wrote in between.
      await this.writes.run('BEGIN IMMEDIATE');
    } catch (error) {
      throw toStoreError(error);
    }
    // TypeORM keeps one runner for a SQLite data source. A transaction needs one that ends with it.
    Object.assign(this.writer.driver, { queryRunner: undefined });
    const run: RunStatement = (sql, parameters) => this.writes.run(sql, parameters);
    return new Transaction(this.writer.createQueryRunner(), run, 'sqlite');
  }
}

function statementsOn(dataSource: DataSource): Sqlite3Statements {
  const { databaseConnection } = dataSource.driver as unknown as { databaseConnection: SqliteConnection };
  return new Sqlite3Statements(databaseConnection);
}

async function connect(options: SqliteConnectionOptions): Promise<DataSource> {
  const dataSource = new DataSource({
    ...options,
    synchronize: false,
    dropSchema: false,
    migrationsRun: false,
    subscribers: [],
    enableWAL: true,
    busyTimeout: BUSY_TIMEOUT_MS,
  });
  await dataSource.initialize();
  await dataSource.query('PRAGMA synchronous = FULL');
  // On macOS fsync alone leaves data in the drive's cache; elsewhere this changes nothing.
  await dataSource.query('PRAGMA fullfsync = ON');
  return dataSource;
}

async function assertDurable(dataSource: DataSource): Promise<void> {
  const [journal] = await dataSource.query<{ journal_mode: string }[]>('PRAGMA journal_mode');
  const [level] = await dataSource.query<{ synchronous: number }[]>('PRAGMA synchronous');
  if (journal?.journal_mode === 'wal' && level?.synchronous === FULL) return;
  throw new Error(
    `SQLite refuses journal_mode=WAL with synchronous=FULL (it says ${journal?.journal_mode}, ${level?.synchronous}): ` +
      'an acknowledged change could be lost in a power cut. Put the database file on a local file system.',
  );
}

async function rollback(transaction: Transaction): Promise<void> {
  try {
    await transaction.rollback();
  } catch (error) {
    // SQLite rolls back by itself after some errors, and then has no transaction left to end.
    if (!String(error).includes('no transaction is active')) throw new StoreUnavailableError(error);
  }
}
