import { setTimeout } from 'node:timers/promises';
import { DataSource, type QueryRunner } from 'typeorm';
import { FairGate } from '../../kernel/fair-gate.js';
import { StoreUnavailableError } from '../errors.js';
import { Database, type Reads, type TransactionOptions } from '../database.js';
import type { PreparedRead } from '../prepared-read.js';
import { Mutex } from './mutex.js';
import { SqliteFile } from './sqlite-file.js';
import { ownOptions, type SqliteOptions } from './sqlite-options.js';
import { statementsOn, type SqliteStatements } from './sqlite-statements.js';
import { isBusy, toStoreError } from '../store-errors.js';
import type { TableNames } from '../table-names.js';
import {
  Transaction,
  writeAtOnce,
  type JoinedTransaction,
  type RunStatement,
  type RunStatements,
} from '../transaction.js';

const BUSY_TIMEOUT_MS = 5000;
const BUSY_PAUSE_MS = 1;
// The second is at hand when the first is answered.
const READS_AT_ONCE = 2;
const MOST_READS_WAITING = 4096;
const LONGEST_READ_WAIT_MS = 8000;
const MOST_KEPT = 100;
const FULL = 2;
// Pages of the log until they are put into place, which holds up a command. Most pages are written over by then.
const CHECKPOINT_PAGES = 4000;

/**
 * SQLite through three connections of our own: a writer behind a mutex, a reader, and another for searches, which may take
 * long. TypeORM gives a DataSource one connection, on which overlapping transactions would be one transaction; a host's
 * share none of ours.
 */
export class SqliteDatabase extends Database {
  // The reader answers one after the other; the second is at hand when the first is answered.
  readonly lookUpsAtOnce = 2;
  readonly changesAtOnce = 1;
  readonly countsAtOnce = 1;
  readonly searchesAtOnce = 1;
  private readonly mutex = new Mutex();
  /** The reader answers one after the other, so that a look-up waits for those at most that have had their turn. */
  private readonly readTurns = new FairGate(
    {
      running: READS_AT_ONCE,
      runningOfOne: READS_AT_ONCE,
      waiting: MOST_READS_WAITING,
      waitingOfOne: MOST_READS_WAITING,
    },
    () => new StoreUnavailableError(new Error('Too many reads wait for their turn.')),
  );
  /** Reads of entities, which may be large, come one by one. */
  private readonly entityTurns = new Mutex();

  private closing: Promise<void> | undefined;

  private constructor(
    private readonly file: SqliteFile,
    private readonly writer: DataSource,
    private readonly writes: SqliteStatements,
    private readonly reader: DataSource,
    private readonly reads: SqliteStatements,
    private readonly searcher: DataSource,
    private readonly searches: SqliteStatements,
    readonly names: TableNames,
  ) {
    super();
  }

  /** @throws {Error} if the database cannot be made durable, or has several names. */
  static async open(options: SqliteOptions, names: TableNames): Promise<SqliteDatabase> {
    const file = new SqliteFile(options.database);
    // better-sqlite3 would wait with the whole process, while whoever holds the lock is in it.
    const writer = await connect(options, options.type === 'better-sqlite3' ? 0 : BUSY_TIMEOUT_MS);
    await assertDurable(writer);
    // SQLite would ask ten times a second whether the lock is free, and could miss for seconds the short moments in which a
    // process that writes all the time lets go.
    await writer.query('PRAGMA busy_timeout = 0');
    const [reader, searcher] = [await connectReader(options), await connectReader(options)];
    const writes = await statementsOn(writer.createQueryRunner(), names, MOST_KEPT);
    const reads = await statementsOn(reader.createQueryRunner(), names, MOST_KEPT);
    const searches = await statementsOn(searcher.createQueryRunner(), names, MOST_KEPT);
    return new SqliteDatabase(file, writer, writes, reader, reads, searcher, searches, names);
  }

  readsOf(lane: string): Reads {
    return {
      read: (reads) => this.inTurn(lane, () => this.entityTurns.run(() => reads(this.reader.manager))),
      query: <Row>(sql: string, parameters: unknown[] = []) =>
        this.inTurn(lane, () => this.reads.run<Row>(sql, parameters)),
    };
  }

  async search<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    try {
      return await this.searches.run<Row>(sql, parameters);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  async lookUp<Row>({ sql }: PreparedRead, parameters: unknown[]): Promise<Row[]> {
    try {
      return await this.reads.run<Row>(sql, parameters);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  transaction<T>(
    body: (transaction: Transaction) => Promise<T>,
    { since = performance.now(), lookFor }: TransactionOptions = {},
  ): Promise<T> {
    return this.mutex.run(async () => {
      const transaction = await this.begin(since + BUSY_TIMEOUT_MS, lookFor);
      try {
        const result = await body(transaction);
        await transaction.commit();
        this.file.assertStillInPlace();
        return result;
      } catch (error) {
        await rollback(transaction);
        throw toStoreError(error);
      }
    });
  }

  async join(runner: QueryRunner): Promise<JoinedTransaction> {
    // Kept statements would keep the host from closing its connection.
    const statements = await statementsOn(runner, this.names, 0);
    const query: RunStatement = (sql, parameters) => statements.run(sql, parameters);
    return { manager: runner.manager, dialect: 'sqlite', lock: undefined, query, writeLast: writeAtOnce(query) };
  }

  assertInPlace(): void {
    this.file.assertInPlace();
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeAll());
  }

  private async inTurn<T>(lane: string, read: () => Promise<T>): Promise<T> {
    try {
      return await this.readTurns.run(lane, LONGEST_READ_WAIT_MS, read);
    } catch (error) {
      throw toStoreError(error);
    }
  }

  private async closeAll(): Promise<void> {
    await this.mutex.run(async () => {
      await this.writes.close();
      await this.writer.destroy();
    });
    await this.reads.close();
    await this.reader.destroy();
    await this.searches.close();
    await this.searcher.destroy();
  }

  private async begin(giveUpAt: number, lookFor: TransactionOptions['lookFor']): Promise<Transaction> {
    this.file.assertInPlace();
    try {
      // IMMEDIATE takes the write lock first: a deferred transaction that reads and then writes is refused at once, not
      // made to wait, when another process wrote in between.
      await untilFree(() => this.writes.run('BEGIN IMMEDIATE'), giveUpAt);
    } catch (error) {
      throw toStoreError(error);
    }
    this.file.noteLog();
    // TypeORM keeps one runner for a SQLite data source. A transaction needs one that ends with it.
    Object.assign(this.writer.driver, { queryRunner: undefined });
    const run: RunStatement = (sql, parameters) => this.writes.run(sql, parameters);
    const runAll: RunStatements = async (statements, reads) => {
      for (const [sql, parameters] of statements) await run(sql, parameters);
      for (const { read, values, answer } of reads) answer(run(read.sql, values));
    };
    if (lookFor) await this.find(lookFor);
    return new Transaction(this.writer.createQueryRunner(), run, runAll, 'sqlite', Promise.resolve());
  }

  private async find({ table, id, orElse }: NonNullable<TransactionOptions['lookFor']>): Promise<void> {
    try {
      const found = await this.writes.run(`SELECT id FROM ${table} WHERE id = $1`, [id]);
      if (found.length === 0) throw orElse();
    } catch (error) {
      await this.writes.run('ROLLBACK').catch(() => undefined);
      throw toStoreError(error);
    }
  }
}

async function connect(options: SqliteOptions, waitMs: number): Promise<DataSource> {
  const { database, entities } = options;
  const dataSource = new DataSource({
    ...ownOptions(options, { database, waitMs, entities }),
    enableWAL: true,
  } as SqliteOptions);
  await dataSource.initialize();
  await dataSource.query('PRAGMA synchronous = FULL');
  await dataSource.query(`PRAGMA wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
  // On macOS fsync alone leaves data in the drive's cache; elsewhere this changes nothing.
  await dataSource.query('PRAGMA fullfsync = ON');
  return dataSource;
}

async function connectReader(options: SqliteOptions): Promise<DataSource> {
  const reader = await connect(options, BUSY_TIMEOUT_MS);
  await reader.query('PRAGMA query_only = ON');
  return reader;
}

async function untilFree(begin: () => Promise<unknown>, giveUpAt: number): Promise<void> {
  for (;;) {
    try {
      await begin();
      return;
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw error;
    }
    await setTimeout(BUSY_PAUSE_MS);
  }
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
