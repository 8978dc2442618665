import { Logger } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import type { Client, Pool, QueryConfig } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { FairGate } from '../../kernel/fair-gate.js';
import { isId } from '../../kernel/ids.js';
import { StoreUnavailableError } from '../errors.js';
import { Database, type Reads, type TransactionOptions } from '../database.js';
import type { PreparedRead } from '../prepared-read.js';
import { queueToChange, queueToShare } from '../fair-locks.js';
import { cancelStatement } from './postgres-cancel.js';
import { SHOW_DURABILITY, weaknessOf, type Durability } from './postgres-durability.js';
import { LONGEST_STATEMENT_MS, PostgresStatements, type Sending } from './postgres-statements.js';
import { isAnswer, isPreparationLost, isServerFull, isSessionAnother, toStoreError } from '../store-errors.js';
import type { TableNames } from '../table-names.js';
import {
  ROW_LOCK,
  Transaction,
  writeAtOnce,
  type JoinedTransaction,
  type RunStatement,
  type RunStatements,
} from '../transaction.js';

const LOOK_UP_TIMEOUT_MS = 2000;
const LONGEST_READ_MS = 20_000;
const MOST_READS_WAITING = 2048;
const FULL_PAUSE_MS = 50;
const SEARCHES = 'searches';
const IN_RECOVERY = 'latchkey_in_recovery';
const STANDBY = 'A look-up was sent to a standby: the database URL must lead to the primary server.';

const NOT_KEPT =
  'A pooler, or somebody else on a connection, has not kept a prepared statement: for ten minutes nothing is prepared, which ' +
  'costs some time for each statement. PgBouncer keeps them from 1.21 on, with max_prepared_statements.';

// An instance that is lost or frozen in a change holds its locks no longer than this. Others wait a little longer for them.
// Set with each transaction, which poolers pass on: as settings of the session they would be another client's.
const LONGEST_IDLE_MS = 5000;
const LONGEST_WAIT_MS = 8000;
const SHORTEST_WAIT_MS = 1000;
const begin = (since: number, { queue, lookFor }: TransactionOptions): string =>
  `BEGIN ISOLATION LEVEL READ COMMITTED; ${limitWaits(since)};
  SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_IDLE_MS};
  SET LOCAL statement_timeout = ${LONGEST_STATEMENT_MS}${queue ? `; ${waitIn(queue, since)}` : ''}${lookFor ? `; ${find(lookFor)}` : ''}`;

// Without parameters, so that it takes no round trip of its own. What is left to wait once it has queued is set by the
// server's clock: the next statement is sent before.
function waitIn({ id, alone }: NonNullable<TransactionOptions['queue']>, since: number): string {
  return `SELECT ${alone ? queueToChange(`'${id}'`) : queueToShare(`'${id}'`)},
    set_config('lock_timeout', GREATEST(${SHORTEST_WAIT_MS}, ${leftMs(since)} -
      date_part('epoch', clock_timestamp() - transaction_timestamp()) * 1000)::integer::text, true)`;
}

function find({ table, id }: NonNullable<TransactionOptions['lookFor']>): string {
  return `SELECT id FROM ${table} WHERE id = '${id}'`;
}

function limitWaits(since: number): string {
  return `SET LOCAL lock_timeout = ${Math.max(SHORTEST_WAIT_MS, leftMs(since))}`;
}

// What was waited before counts: a command waits for several locks, one after the other.
function leftMs(since: number): number {
  return Math.ceil(since + LONGEST_WAIT_MS - performance.now());
}

/** PostgreSQL through the host's pool: each transaction has a connection of its own. */
export class PostgresDatabase extends Database {
  readonly lookUpsAtOnce: number;
  readonly changesAtOnce: number;
  readonly countsAtOnce: number;
  readonly searchesAtOnce: number;
  private readonly readTurns: FairGate;
  private readonly statements: PostgresStatements;
  private readonly lookUpTexts = new WeakMap<PreparedRead, string>();
  private readonly logger = new Logger('Database');

  private constructor(
    private readonly dataSource: DataSource,
    readonly names: TableNames,
  ) {
    super();
    this.statements = new PostgresStatements(names);
    // The fewer statements of look-ups, the more share one.
    const { lookUps, reads, changes, counts } = sharesOf(poolOf(dataSource).options.max);
    this.lookUpsAtOnce = lookUps;
    this.changesAtOnce = changes;
    this.countsAtOnce = counts;
    this.searchesAtOnce = Math.max(1, Math.floor(reads / 2));
    this.readTurns = new FairGate(
      { running: reads, runningOfOne: reads, waiting: MOST_READS_WAITING, waitingOfOne: MOST_READS_WAITING },
      () => new StoreUnavailableError(new Error('Too many reads wait for a connection.')),
    );
  }

  /** @throws {Error} if the server would acknowledge what a power cut can undo. */
  static async open(dataSource: DataSource, names: TableNames): Promise<PostgresDatabase> {
    const [durability] = await dataSource.query<[Durability]>(`SELECT ${SHOW_DURABILITY}`);
    const weakness = weaknessOf(durability);
    if (weakness !== undefined) throw new Error(weakness);
    outliveSessions(dataSource);
    return new PostgresDatabase(dataSource, names);
  }

  readsOf(lane: string): Reads {
    return {
      read: (reads) => this.inTurn(lane, (runner) => reads(runner.manager)),
      query: <Row>(sql: string, parameters: unknown[] = []) =>
        this.inTurn(lane, async (runner) => {
          const { records } = await runner.query(this.names.in(sql), parameters, true);
          return records as Row[];
        }),
    };
  }

  search<Row>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    return this.readsOf(SEARCHES).query(sql, parameters);
  }

  lookUp<Row>(read: PreparedRead, values: unknown[]): Promise<Row[]> {
    const text = this.textOf(read);
    const answer = this.onceAgain((sending) =>
      this.withRunner(LOOK_UP_TIMEOUT_MS, async (runner) =>
        this.lookUpOn<Row>((await runner.connect()) as Client, text, values, sending),
      ),
    );
    // Waiting for a connection takes longer than for an answer, where there is nobody to connect to.
    return soon(answer);
  }

  private async lookUpOn<Row>(client: Client, text: string, values: unknown[], sending: Sending): Promise<Row[]> {
    const name = this.statements.nameOfOften(text, sending);
    const query: QueryConfig = { text, values, ...(name !== undefined && { name }) };
    const { rows } = await client.query<Row & { [IN_RECOVERY]: boolean }>(query);
    // A standby has not heard yet of what its primary has acknowledged.
    if (rows[0]?.[IN_RECOVERY]) throw new StoreUnavailableError(new Error(STANDBY));
    return rows;
  }

  transaction<T>(body: (transaction: Transaction) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
    return this.onceAgain((sending) => this.transact(body, options, sending));
  }

  join(runner: QueryRunner): Promise<JoinedTransaction> {
    const { manager } = runner;
    // Nobody can begin the transaction of a host again.
    const query: RunStatement = (sql, parameters) => this.statements.run(runner, sql, parameters, { named: false });
    return Promise.resolve({ manager, dialect: 'postgres', lock: ROW_LOCK, query, writeLast: writeAtOnce(query) });
  }

  assertInPlace(): void {
    // A server keeps its own files.
  }

  async close(): Promise<void> {
    // The pool is the host's.
  }

  private async transact<T>(
    body: (transaction: Transaction) => Promise<T>,
    options: TransactionOptions,
    sending: Sending,
  ): Promise<T> {
    const { since = performance.now(), queue, lookFor } = options;
    // They are part of the text of a statement.
    if (![queue, lookFor].every((named) => !named || isId(named.id)))
      throw new Error('Only what has an id is looked for.');
    const runner = await this.connected(since + LONGEST_WAIT_MS);
    // The statements that come next are sent with it. Where it fails, the server refuses them: the transaction is aborted.
    const { answer, end } = this.statements.runFirst((await runner.connect()) as Client, begin(since, options));
    const begun = answer.then((found) => {
      if (lookFor && found.length === 0) throw lookFor.orElse();
    });
    let transaction: Transaction | undefined;
    // The body may throw another error for it.
    let lost: unknown;
    try {
      const noting = <Answer>(answer: Promise<Answer>): Promise<Answer> =>
        answer.catch((error: unknown) => {
          if (isPreparationLost(error)) lost = error;
          throw error;
        });
      const run: RunStatement = (sql, parameters) => noting(this.statements.run(runner, sql, parameters, sending));
      const runAll: RunStatements = (statements, reads) =>
        noting(
          this.statements.runAll(runner, statements, sending, (client) =>
            reads.map(({ read, values, answer }) => {
              const rows = this.lookUpOn(client, this.textOf(read), values, sending);
              answer(rows);
              return rows;
            }),
          ),
        );
      transaction = new Transaction(runner, run, runAll, 'postgres', begun, async () => {
        await run(limitWaits(since));
      });
      const result = await body(transaction).catch(async (error: unknown) => {
        // What was not begun went wrong for that.
        await begun;
        throw error;
      });
      await transaction.commit();
      return result;
    } catch (error) {
      if (lost === undefined) await rollback(transaction, runner);
      else await close(runner);
      throw lost ?? toStoreError(error);
    } finally {
      end();
      await runner.release();
    }
  }

  /** Asks again, without anything prepared, where a session has lost what was. It was not carried out then. */
  private async onceAgain<T>(ask: (sending: Sending) => Promise<T>): Promise<T> {
    try {
      return await ask({ named: true });
    } catch (error) {
      if (!isPreparationLost(error)) throw error;
      if (isSessionAnother(error)) this.stopNaming();
    }
    try {
      return await ask({ named: false });
    } catch (error) {
      throw toStoreError(error);
    }
  }

  private stopNaming(): void {
    if (this.statements.isNaming) this.logger.warn(NOT_KEPT);
    this.statements.stopNaming();
  }

  private textOf(read: PreparedRead): string {
    const known = this.lookUpTexts.get(read);
    if (known !== undefined) return known;
    const sql = this.names.in(read.sql);
    const text = read.isWrite ? sql : `SELECT answer.*, pg_is_in_recovery() AS ${IN_RECOVERY} FROM (${sql}) AS answer`;
    this.lookUpTexts.set(read, text);
    return text;
  }

  private inTurn<T>(lane: string, use: (runner: QueryRunner) => Promise<T>): Promise<T> {
    return this.readTurns.run(lane, LONGEST_WAIT_MS, () => this.withRunner(LONGEST_READ_MS, use));
  }

  /** @param longestMs after which the connection is given up, with what it still runs */
  private async withRunner<T>(longestMs: number, use: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = await this.connected(performance.now() + Math.min(longestMs, LONGEST_WAIT_MS));
    let discarding: Promise<void> | undefined;
    const timer = setTimeout(() => {
      discarding = discard(runner);
    }, longestMs);
    try {
      return await use(runner);
    } catch (error) {
      const isLost = isPreparationLost(error);
      if (isLost) discarding ??= close(runner);
      else if (!isAnswer(error)) discarding ??= discard(runner);
      throw isLost ? error : unreachable(error);
    } finally {
      clearTimeout(timer);
      // Not before: the pool would give it to others.
      await discarding;
      await runner.release();
    }
  }

  /**
   * A connection of the pool: waits for one also while the server has none to give.
   *
   * @param until when it is given up
   */
  private async connected(until: number): Promise<QueryRunner> {
    for (;;) {
      const runner = this.dataSource.createQueryRunner();
      try {
        await before(until, runner);
        return runner;
      } catch (error) {
        if (!isServerFull(error) || performance.now() + FULL_PAUSE_MS > until) throw unreachable(error);
      }
      await pause(FULL_PAUSE_MS);
    }
  }
}

/**
 * How many connections of a pool each kind of statement may use. Changes wait for each other's locks, and all else still
 * finds a connection then: the others keep theirs for a moment only, so that readiness and the lease of the instance find one, too.
 */
function sharesOf(connections: number): { lookUps: number; reads: number; changes: number; counts: number } {
  const share = (part: number): number => Math.max(1, Math.floor(connections * part));
  return { changes: share(1 / 2), lookUps: share(1 / 4), reads: share(1 / 8), counts: share(1 / 8) };
}

/** Connects the runner, or lets go of the connection if it comes too late. */
function before(until: number, runner: QueryRunner): Promise<void> {
  const connecting = runner.connect();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => {
        reject(new StoreUnavailableError(new Error('The pool had no free connection in time.')));
        connecting.then(
          () => runner.release(),
          () => undefined,
        );
      },
      Math.max(0, until - performance.now()),
    );
    void connecting.then(() => resolve(), reject).finally(() => clearTimeout(timer));
  });
}

// Between the pool, which hands out a new connection, and TypeORM, which takes it, nobody listens for its errors: a server
// that stops in that moment would end the process. Whoever asks something on the connection hears of it all the same.
function outliveSessions(dataSource: DataSource): void {
  poolOf(dataSource).on('connect', (client) => client.on('error', () => undefined));
}

function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master;
}

function soon<T>(answer: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new StoreUnavailableError(new Error('A look-up was given up.')));
    const timer = setTimeout(giveUp, LOOK_UP_TIMEOUT_MS);
    void answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

async function rollback(transaction: Transaction | undefined, runner: QueryRunner): Promise<void> {
  try {
    if (transaction?.isBroken) await discard(runner);
    else await transaction?.rollback();
  } catch {
    await discard(runner);
  }
}

// A session that did not answer in time may still carry out what it was sent, and hold its transaction open: in the
// pool, somebody else's commit would commit that too. Closed, the server rolls it back.
async function discard(runner: QueryRunner): Promise<void> {
  try {
    await cancelStatement((await runner.connect()) as Client);
    await close(runner);
  } catch {
    // There never was a connection.
  }
}

async function close(runner: QueryRunner): Promise<void> {
  const client = (await runner.connect()) as Client;
  client.end().catch(() => undefined);
}

// A pool that cannot connect throws plain errors without a code; nothing else happens where this is used.
function unreachable(error: unknown): unknown {
  const known = toStoreError(error);
  return known === error && error instanceof Error && error.name === 'Error' ? new StoreUnavailableError(error) : known;
}
