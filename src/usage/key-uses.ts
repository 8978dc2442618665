import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { writeLastUses } from '../api-keys/look-up/last-uses.js';
import { Clock } from '../kernel/clock.js';
import { describeError } from '../kernel/describe-error.js';
import { Database } from '../database/database.js';

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
        const skipped = await this.database.transaction((transaction) => writeLastUses(transaction, some));
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
