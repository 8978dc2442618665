import type { Client, Pool, QueryConfig } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { StoreUnavailableError } from '../common/latchkey-error.js';
import { Database, type PreparedRead } from './database.js';
import { SHOW_DURABILITY, weaknessOf, type Durability } from './postgres-durability.js';
import { LONGEST_STATEMENT_MS, PostgresStatements } from './postgres-statements.js';
import { isAnswer, toStoreError } from './store-errors.js';
import type { TableNames } from './table-names.js';
import { ROW_LOCK, Transaction, type JoinedTransaction, type RunStatement } from './transaction.js';

const LOOK_UP_TIMEOUT_MS = 2000;
const IN_RECOVERY = 'latchkey_in_recovery';
const STANDBY = 'A look-up was sent to a standby: the database URL must lead to the primary server.';

// An instance that is lost or frozen in a change holds its locks no longer than this. Others wait a little longer for them.
// Set with each transaction, which poolers pass on: as settings of the session they would be another client's.
const LONGEST_IDLE_MS = 5000;
const LONGEST_WAIT_MS = 8000;
const BEGIN = `BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = ${LONGEST_WAIT_MS};
  SET LOCAL idle_in_transaction_session_timeout = ${LONGEST_IDLE_MS};
  SET LOCAL statement_timeout = ${LONGEST_STATEMENT_MS}`;

/** PostgreSQL through the host's pool: each transaction has a connection of its own. */
export class PostgresDatabase extends Database {
  readonly lookUpsAtOnce: number;
  private readonly statements: PostgresStatements;

  private constructor(
    private readonly dataSource: DataSource,
    readonly names: TableNames,
  ) {
    super();
    this.statements = new PostgresStatements(names);
    // The fewer statements, the more look-ups share one; and the rest of the pool is for all else.
    this.lookUpsAtOnce = Math.max(1, Math.floor(poolOf(dataSource).options.max / 4));
  }

  /** @throws {Error} if the server would acknowledge what a power cut can undo. */
  static async open(dataSource: DataSource, names: TableNames): Promise<PostgresDatabase> {
    const [durability] = await dataSource.query<[Durability]>(`SELECT ${SHOW_DURABILITY}`);
    const weakness = weaknessOf(durability);
    if (weakness !== undefined) throw new Error(weakness);
    outliveSessions(dataSource);
    return new PostgresDatabase(dataSource, names);
  }

  read<T>(reads: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.withRunner((runner) => reads(runner.manager));
  }

  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.withRunner(async (runner) => {
      const { records } = await runner.query(this.names.in(sql), parameters, true);
      return records as Row[];
    });
  }

  lookUp<Row>({ name, sql, isWrite }: PreparedRead, values: unknown[]): Promise<Row[]> {
    const statement = this.names.in(sql);
    const text = isWrite
      ? statement
      : `SELECT answer.*, pg_is_in_recovery() AS ${IN_RECOVERY} FROM (${statement}) AS answer`;
    const answer = this.withRunner(async (runner) => {
      const client = (await runner.connect()) as Client;
      const query: QueryConfig & { query_timeout: number } = {
        name: this.names.in(name),
        text,
        values,
        query_timeout: LOOK_UP_TIMEOUT_MS,
      };
      const { rows } = await client.query<Row & { [IN_RECOVERY]: boolean }>(query);
      // A standby has not heard yet of what its primary has acknowledged.
      if (rows[0]?.[IN_RECOVERY]) throw new StoreUnavailableError(new Error(STANDBY));
      return rows;
    });
    // Waiting for a connection takes longer than for an answer, where there is nobody to connect to.
    return soon(answer);
  }

  async transaction<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    let transaction: Transaction | undefined;
    try {
      await this.begin(runner);
      const run: RunStatement = (sql, parameters) => this.statements.run(runner, sql, parameters);
      transaction = new Transaction(runner, run, 'postgres');
      const result = await body(transaction);
      await transaction.commit();
      return result;
    } catch (error) {
      await rollback(transaction, runner);
      throw toStoreError(error);
    } finally {
      await runner.release();
    }
  }

  join(runner: QueryRunner): Promise<JoinedTransaction> {
    const { manager } = runner;
    const query: RunStatement = (sql, parameters) => this.statements.run(runner, sql, parameters);
    return Promise.resolve({ manager, dialect: 'postgres', lock: ROW_LOCK, query });
  }

  assertInPlace(): void {
    // A server keeps its own files.
  }

  async close(): Promise<void> {
    // The pool is the host's.
  }

  private async begin(runner: QueryRunner): Promise<void> {
    try {
      await this.statements.run(runner, BEGIN);
    } catch (error) {
      await discard(runner);
      throw unreachable(error);
    }
  }

  private async withRunner<T>(use: (runner: QueryRunner) => Promise<T>): Promise<T> {
    const runner = this.dataSource.createQueryRunner();
    try {
      return await use(runner);
    } catch (error) {
      if (!isAnswer(error)) await discard(runner);
      throw unreachable(error);
    } finally {
      await runner.release();
    }
  }
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
    const client = (await runner.connect()) as Client;
    client.end().catch(() => undefined);
  } catch {
    // There never was a connection.
  }
}

// A pool that cannot connect throws plain errors without a code; nothing else happens where this is used.
function unreachable(error: unknown): unknown {
  const known = toStoreError(error);
  return known === error && error instanceof Error && error.name === 'Error' ? new StoreUnavailableError(error) : known;
}
