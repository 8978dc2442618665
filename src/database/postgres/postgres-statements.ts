import { hash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { Client, QueryConfig, QueryResult } from 'pg';
import { QueryFailedError, type QueryRunner } from 'typeorm';
import type { TableNames } from '../table-names.js';
import type { Statement } from '../transaction.js';

/** For how long a statement of a transaction may run, in milliseconds. */
export const LONGEST_STATEMENT_MS = 25_000;
// The server ends a statement first, if it is there.
const GIVE_UP_MS = LONGEST_STATEMENT_MS + 2000;

const LONGEST_MORE_MS = 2000;

const UNNAMED_MS = 10 * 60_000;
const MOST_NAMED = 200;
const MOST_PARAMETERS = 20;

/** What the types of `pg` leave out. Its versions before pipelines send one by one, which is slower. */
type PipelinedClient = Client & {
  /** Whether what is asked for is sent before the answers of what was sent earlier. */
  pipeline?: boolean;
  readonly connection: { readonly stream: Duplex };
};

/** How a statement is sent. */
export interface Sending {
  /** Whether it may be prepared under a name. What must not fail for a lost preparation is sent without. */
  named: boolean;
}

/**
 * Runs statements on connections of the driver `pg`, which prepare each once, under a name. A connection keeps what it has
 * prepared, so what is made for one occasion is not named: what has no parameters, or very many, or comes after the first
 * two hundred texts. Without parameters, there may be several statements in one text.
 */
export class PostgresStatements {
  private readonly prepared = new Map<string, string>();
  private unnamedUntil = 0;

  constructor(private readonly names: TableNames) {}

  /** Whether statements are named. */
  get isNaming(): boolean {
    return performance.now() >= this.unnamedUntil;
  }

  /** Names nothing for a while: behind a pooler, each connection may be led to a session in which nothing was prepared. */
  stopNaming(): void {
    this.unnamedUntil = performance.now() + UNNAMED_MS;
  }

  /** The name of a statement that is asked often; undefined where none is kept. */
  nameOfOften(text: string, { named }: Sending): string | undefined {
    return named && this.isNaming ? nameOf(text) : undefined;
  }

  /**
   * @returns the rows, those of a `RETURNING` included; of several statements, those of the last.
   * @throws {QueryFailedError} as TypeORM does.
   */
  async run<Row>(runner: QueryRunner, sql: string, values: unknown[] = [], sending: Sending): Promise<Row[]> {
    const client = (await runner.connect()) as PipelinedClient;
    return this.send<Row>(client, sql, values, sending);
  }

  /**
   * Runs statements without parameters, and has what follows on the connection sent before the answers of what was sent
   * earlier: what is asked for in the same moment goes with them.
   *
   * @returns what they answer, and what ends that way of sending, to be called once all is answered
   */
  runFirst(client: Client, text: string): { answer: Promise<unknown[]>; end: () => void } {
    const pipelined = client as PipelinedClient;
    const { pipeline, connection } = pipelined;
    pipelined.pipeline = true;
    connection.stream.cork();
    process.nextTick(() => connection.stream.uncork());
    const answer = this.send(pipelined, text, [], { named: false });
    return { answer, end: () => Object.assign(pipelined, { pipeline }) };
  }

  /**
   * Sends statements of an open transaction together, and waits once. They run one after the other; where one fails, the server
   * refuses those after it, and makes a rollback of a commit.
   *
   * @param andThen asks for more, to be sent with them; that it fails, or is not answered soon, changes nothing
   * @throws {QueryFailedError} of the first that failed.
   */
  async runAll(
    runner: QueryRunner,
    statements: readonly Statement[],
    sending: Sending,
    andThen: (client: Client) => readonly Promise<unknown>[],
  ): Promise<void> {
    const client = (await runner.connect()) as PipelinedClient;
    const { stream } = client.connection;
    stream.cork();
    let answers: Promise<unknown>[];
    let more: readonly Promise<unknown>[];
    try {
      answers = statements.map(([sql, values]) => this.send(client, sql, values, sending));
      more = andThen(client);
    } finally {
      stream.uncork();
    }
    const results = await Promise.allSettled(answers);
    if (more.length > 0) {
      const giveUp = setTimeout(() => stream.destroy(), LONGEST_MORE_MS);
      await Promise.allSettled(more);
      clearTimeout(giveUp);
    }
    const failed = results.find(({ status }) => status === 'rejected');
    if (failed) throw (failed as PromiseRejectedResult).reason;
  }

  private async send<Row>(
    client: PipelinedClient,
    sql: string,
    values: unknown[] = [],
    { named }: Sending,
  ): Promise<Row[]> {
    const text = this.names.in(sql);
    const name = named && this.isNaming ? this.nameFor(text, values.length) : undefined;
    const query: QueryConfig & { query_timeout: number } = { text, values, query_timeout: patienceOf(client) };
    if (name !== undefined) query.name = name;
    try {
      const results = (await client.query(query)) as QueryResult<object> | QueryResult<object>[];
      const last = Array.isArray(results) ? results.at(-1) : results;
      return (last?.rows ?? []) as Row[];
    } catch (error) {
      throw new QueryFailedError(text, values, error as Error);
    }
  }

  private nameFor(text: string, parameters: number): string | undefined {
    const known = this.prepared.get(text);
    const isFixed = parameters > 0 && parameters <= MOST_PARAMETERS;
    if (known !== undefined || !isFixed || this.prepared.size >= MOST_NAMED) return known;
    const name = nameOf(text);
    this.prepared.set(text, name);
    return name;
  }
}

// Of the text: nobody else in the session, another version of Latchkey behind the same pooler included, means another text by it.
function nameOf(text: string): string {
  return `latchkey_${hash('sha256', text, 'hex').slice(0, 24)}`;
}

/** For how long an answer is waited for: no longer than the host says. */
function patienceOf(client: Client): number {
  const { connectionParameters } = client as unknown as { connectionParameters?: { query_timeout?: unknown } };
  return Math.min(GIVE_UP_MS, Number(connectionParameters?.query_timeout) || Infinity);
}
