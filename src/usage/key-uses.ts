import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { describeError } from '../kernel/describe-error.js';
import { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';

const FLUSH_MS = 1000;
const MOST_AT_ONCE = 500;

/** A key that is used. */
export interface UsedKey {
  readonly id: string;
  /** Whether a use of it is noted that is not written down. */
  isUseNoted: boolean;
}

/**
 * Remembers which keys are used, in memory, and writes it down every second and on shutdown: counting never slows or
 * fails a request. A last use is known to the second, and a kill loses at most the last second.
 */
@Injectable()
export class KeyUses implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(KeyUses.name);
  private used: UsedKey[] = [];
  private unwritten = new Map<string, string>();
  private flushing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onModuleInit(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
  }

  /** Notes that the key was used. */
  count(key: UsedKey): void {
    if (key.isUseNoted) return;
    key.isUseNoted = true;
    this.used.push(key);
  }

  /** Writes down what was noted since the last time; what cannot be written is tried again with the next. */
  flush(): Promise<void> {
    this.flushing ??= this.write().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  private async write(): Promise<void> {
    const noted = this.collect();
    const ids = [...noted.keys()].sort();
    for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
      const some = ids.slice(at, at + MOST_AT_ONCE).map((id) => [id, noted.get(id) ?? ''] as const);
      try {
        const skipped = await this.database.transaction((transaction) => update(transaction, some));
        for (const [id, date] of some) if (skipped.has(id)) this.keep(id, date);
      } catch (error) {
        for (const [id, date] of some) this.keep(id, date);
        this.logger.warn({ message: 'The last use of keys could not be written yet.', error: describeError(error) });
      }
    }
  }

  private collect(): Map<string, string> {
    const noted = this.unwritten;
    this.unwritten = new Map();
    const date = this.clock.now().toISOString();
    for (const key of this.used) {
      noted.set(key.id, date);
      key.isUseNoted = false;
    }
    this.used = [];
    return noted;
  }

  private keep(id: string, date: string): void {
    if ((this.unwritten.get(id) ?? '') < date) this.unwritten.set(id, date);
  }
}

/** @returns the keys that somebody is changing at this moment: waiting for them could be waiting for each other. */
async function update(transaction: Transaction, uses: readonly (readonly [string, string])[]): Promise<Set<string>> {
  const places = uses.map((_, at) => `($${2 * at + 1}, $${2 * at + 2})`).join(', ');
  const outdated = `SELECT key.id, used.date FROM latchkey_api_keys key
    JOIN used ON used.id = key.id AND (key.last_used_date IS NULL OR key.last_used_date < used.date)`;
  const used = `WITH used (id, date) AS (VALUES ${places})`;
  const lock = transaction.lock ? 'FOR NO KEY UPDATE OF key SKIP LOCKED' : '';
  await transaction.query(
    `${used}, free AS (${outdated} ${lock})
     UPDATE latchkey_api_keys SET last_used_date = (SELECT date FROM free WHERE free.id = latchkey_api_keys.id)
     WHERE id IN (SELECT id FROM free)`,
    uses.flat(),
  );
  if (!transaction.lock) return new Set();
  const left = await transaction.query<{ id: string }>(`${used} ${outdated}`, uses.flat());
  return new Set(left.map(({ id }) => id));
}
