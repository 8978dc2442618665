import { FairGate } from '../kernel/fair-gate.js';
import { StoreUnavailableError } from '../database/errors.js';
import type { Database } from '../database/database.js';
import type { PreparedRead } from '../database/prepared-read.js';
import type { RateLimit } from '../identity/principal.js';
import { RateLimitWindows, type LimitUse } from './rate-limit-windows.js';

// The server's clock, so that a window ends for all instances at once.
const NOW = `(EXTRACT(EPOCH FROM statement_timestamp()) * 1000)::bigint`;

// Takes the cost, or returns no row. The limit is an argument, never part of what is stored: a changed one applies to the
// window that is running.
const TAKE: PreparedRead = {
  isWrite: true,
  sql: `
    INSERT INTO latchkey_rate_limits AS running (key_id, used, ends_at)
    VALUES ($1, $2::integer, ${NOW} + $3::bigint)
    ON CONFLICT (key_id) DO UPDATE SET
      used = CASE WHEN running.ends_at <= ${NOW} THEN excluded.used ELSE running.used + excluded.used END,
      ends_at = CASE WHEN running.ends_at <= ${NOW} THEN excluded.ends_at ELSE running.ends_at END
    WHERE running.ends_at <= ${NOW} OR running.used + excluded.used <= $4::integer
    RETURNING used, (ends_at - ${NOW})::float8 AS ends_in`,
};

const READ = {
  sql: `SELECT used, (ends_at - ${NOW})::float8 AS ends_in FROM latchkey_rate_limits
    WHERE key_id = $1 AND ends_at > ${NOW}`,
};

const LONGEST_WAIT_MS = 2000;

const MOST_PRUNED = 1000;
const PRUNE = `
  WITH pruned AS (
    DELETE FROM latchkey_rate_limits WHERE key_id IN (
      SELECT key_id FROM latchkey_rate_limits WHERE ends_at <= ${NOW}
      ORDER BY ends_at LIMIT ${MOST_PRUNED} FOR UPDATE SKIP LOCKED
    ) RETURNING 1
  )
  SELECT COUNT(*)::integer AS count FROM pruned`;

/** A key that has a limit, and whose it is. */
export interface LimitedKey {
  readonly id: string;
  readonly workspaceId: string | null;
}

interface Row {
  used: number;
  ends_in: number;
}

/**
 * Limits that all instances on one PostgreSQL share. What is known to be used up is refused without asking; where the
 * table is out of reach, an instance counts on by itself from what it last heard.
 */
export class SharedRateLimits {
  private readonly known = new RateLimitWindows();

  /** Uses of one key wait for each other in the table: better here, where they hold no connections meanwhile. */
  private readonly keyTurns = new FairGate(
    { running: Infinity, runningOfOne: 2, waiting: Infinity, waitingOfOne: Infinity },
    () => new StoreUnavailableError(new Error('Too many uses of a key wait for its rate limit.')),
  );

  private readonly workspaceTurns: FairGate;

  constructor(private readonly database: Database) {
    const { countsAtOnce: running } = database;
    this.workspaceTurns = new FairGate(
      { running, runningOfOne: running, waiting: Infinity, waitingOfOne: Infinity },
      () => new StoreUnavailableError(new Error('Too many uses of keys wait for their rate limits.')),
    );
  }

  async take(key: LimitedKey, { limit, windowSeconds }: RateLimit, cost: number): Promise<LimitUse> {
    const refusal = this.known.refusalOf(key.id, { limit, cost }, performance.now());
    if (refusal) return refusal;
    const windowMs = windowSeconds * 1000;
    try {
      return await this.takeStored(key, { limit, windowMs, cost });
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      return this.known.take(key.id, { limit, windowMs, cost }, performance.now());
    }
  }

  /** Deletes windows that have ended, a bounded number. */
  async prune(): Promise<void> {
    for (let count = MOST_PRUNED, round = 0; count === MOST_PRUNED && round < 10; round += 1) {
      const [row] = await this.database.query<{ count: number }>(PRUNE);
      count = row?.count ?? 0;
    }
  }

  private async takeStored(
    key: LimitedKey,
    { limit, windowMs, cost }: { limit: number; windowMs: number; cost: number },
  ): Promise<LimitUse> {
    const take = (): Promise<Row | undefined> => this.ask(key, TAKE, [key.id, cost, windowMs, limit]);
    const taken = await take();
    if (taken) return { isTaken: true, used: taken.used, endsInMs: taken.ends_in };
    const running = await this.ask(key, READ, [key.id]);
    if (running) return { isTaken: false, used: running.used, endsInMs: running.ends_in };
    // It ended between the two: the use opens the next one, or comes second to those that have filled that as well.
    const next = await take();
    return { isTaken: next !== undefined, used: next?.used ?? limit, endsInMs: next?.ends_in ?? windowMs };
  }

  private async ask(
    { id, workspaceId }: LimitedKey,
    statement: PreparedRead,
    parameters: unknown[],
  ): Promise<Row | undefined> {
    const askedAt = performance.now();
    const [row] = await this.keyTurns.run(id, LONGEST_WAIT_MS, () =>
      this.workspaceTurns.run(workspaceId ?? '', LONGEST_WAIT_MS, () =>
        this.database.lookUp<Row>(statement, parameters),
      ),
    );
    // Counted from before it was asked: by this clock a window never ends later than by the server's.
    if (row) this.known.note(id, row.used, askedAt + row.ends_in, performance.now());
    return row;
  }
}
