import type { EntityManager, QueryRunner } from 'typeorm';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import { OutcomeUnknownError } from './errors.js';
import type { PreparedRead } from './prepared-read.js';
import { isAnswer, isRolledBack } from './store-errors.js';

const ENDED = 'This transaction has ended.';
const LONG_MS = 200;

/** For `find` options of rows that are read to be changed. */
export const ROW_LOCK = { mode: 'pessimistic_write' } as const;

/** Whose SQL a transaction understands. */
export type Dialect = 'sqlite' | 'postgres';

/** Runs a statement, and returns its rows, those of a `RETURNING` included. */
export type RunStatement = <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;

/** A statement and its parameters. */
export type Statement = readonly [sql: string, parameters?: unknown[]];

/** What is to be read once a transaction has committed. */
export interface ReadAfter {
  read: PreparedRead;
  values: unknown[];
  /** Called with its rows. */
  answer: (rows: Promise<unknown[]>) => void;
}

/**
 * Runs statements one after the other, and then what is to be read. Throws what the first statement that fails throws; those
 * after it change nothing then.
 */
export type RunStatements = (statements: readonly Statement[], reads: readonly ReadAfter[]) => Promise<void>;

/** What may be done in a transaction that somebody else began and will end. */
export type JoinedTransaction = Pick<Transaction, 'manager' | 'lock' | 'dialect' | 'query' | 'writeLast'>;

/** `writeLast` of a transaction whose commit is somebody else's. */
export function writeAtOnce(run: RunStatement): Transaction['writeLast'] {
  return async (sql, parameters) => {
    await run(sql, parameters);
  };
}

/** An open transaction. It ends with the callback it was given to: whoever keeps it is refused. */
export class Transaction {
  private readonly running = new Set<Promise<unknown>>();
  private readonly last: Statement[] = [];
  private readonly after: ReadAfter[] = [];
  private failure: { cause: unknown } | undefined;
  private broken = false;
  private ended = false;

  /**
   * @param runner on whose connection a transaction has begun; it serves nothing else
   * @param run runs a statement on that connection, past the runner
   * @param runAll runs the last statements and the commit on it
   * @param begun settles once it has begun, or failed to: statements may be sent before
   * @param onLongStatement awaited after each statement that may have waited for others; throws nothing
   */
  constructor(
    private readonly runner: QueryRunner,
    private readonly run: RunStatement,
    private readonly runAll: RunStatements,
    readonly dialect: Dialect,
    private readonly begun: Promise<void>,
    private readonly onLongStatement: () => Promise<void> = () => Promise.resolve(),
  ) {
    // Whoever waits for a statement, or for the end, hears of it.
    begun.catch(() => undefined);
    const execute = runner.query.bind(runner) as (...statement: unknown[]) => Promise<unknown>;
    // Every statement is watched, those of the entity manager too; and none of them may begin a transaction of its own.
    Object.assign(runner, { isTransactionActive: true, transactionDepth: 1 });
    runner.query = ((...statement: unknown[]) => this.watch(() => execute(...statement))) as QueryRunner['query'];
  }

  /** For `find` options of rows that are read to be changed: a row lock, or undefined where the store is locked whole. */
  get lock(): typeof ROW_LOCK | undefined {
    return this.dialect === 'postgres' ? ROW_LOCK : undefined;
  }

  /** Whether a statement was not answered: the connection may still carry it out, and is of no use to others. */
  get isBroken(): boolean {
    return this.broken;
  }

  get manager(): EntityManager {
    return this.runner.manager;
  }

  /**
   * Runs a statement with `$1`, `$2` … parameters, each first mentioned in order, and returns its rows, those of a
   * `RETURNING` included, on both databases.
   */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.watch(() => this.run<Row>(sql, parameters));
  }

  /**
   * Has a statement run right before the commit; on PostgreSQL it is sent together with it. For what nothing in the transaction
   * reads: if it fails, the commit does.
   */
  writeLast(sql: string, parameters: unknown[] = []): Promise<void> {
    if (this.ended) throw new Error(ENDED);
    this.last.push([sql, parameters]);
    return Promise.resolve();
  }

  /**
   * Has something read right after the commit, on its own; on PostgreSQL it is sent together with it.
   *
   * @returns its rows; never settles if there is no commit. If it fails, the commit does not.
   */
  readAfter<Row>(read: PreparedRead, values: unknown[]): Promise<Row[]> {
    if (this.ended) throw new Error(ENDED);
    const rows = new Promise<unknown[]>((answer) => this.after.push({ read, values, answer }));
    // Whoever needs it may not be there yet.
    rows.catch(() => undefined);
    return rows as Promise<Row[]>;
  }

  /**
   * @throws {OutcomeUnknownError} if the connection broke, so that it is not known whether the change was made.
   * @throws {Error} if a statement failed, also where the callback caught that: PostgreSQL would roll back in silence.
   */
  async commit(): Promise<void> {
    await this.end();
    await this.begun;
    if (this.failure) throw new Error('A statement failed, and its error was not thrown on.', this.failure);
    try {
      await this.runAll([...this.last, ['COMMIT']], this.after);
    } catch (error) {
      this.broken ||= !isAnswer(error);
      throw isRolledBack(error) ? error : new OutcomeUnknownError(error);
    }
  }

  async rollback(): Promise<void> {
    await this.end();
    await this.run('ROLLBACK', []);
  }

  // A statement that nobody awaited must not run after the end, as a transaction of its own or in the next one.
  private async end(): Promise<void> {
    this.ended = true;
    await Promise.allSettled([this.begun, ...this.running]);
  }

  private async watch<T>(execute: () => Promise<T>): Promise<T> {
    if (this.ended) throw new Error(ENDED);
    const beginning = performance.now();
    const running = execute();
    this.running.add(running);
    try {
      const [, result] = await Promise.all([this.begun, running]);
      this.running.delete(running);
      if (performance.now() - beginning > LONG_MS) await this.onLongStatement();
      return result;
    } catch (error) {
      this.failure ??= { cause: error };
      this.broken ||= !(isAnswer(error) || error instanceof LatchkeyError);
      throw error;
    }
  }
}
