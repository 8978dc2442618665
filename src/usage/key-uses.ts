import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { describeError } from '../common/describe-error.js';
import { Database } from '../database/database.js';

const FLUSH_MS = 1000;

const UPDATE_LAST_USED = `UPDATE latchkey_api_keys SET last_used_date = $1
  WHERE id = $2 AND (last_used_date IS NULL OR last_used_date < $1)`;

/** A key that is used. */
export interface UsedKey {
  readonly id: string;
  /** When it was last used, as long as that is not written down; 0: it is. Milliseconds since 1970. */
  lastUsed: number;
}

/**
 * Remembers when keys were last used, in memory, and writes it down every second and on shutdown: counting never slows
 * or fails a request. A kill loses at most the last second.
 */
@Injectable()
export class KeyUses implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(KeyUses.name);
  private used: UsedKey[] = [];
  private unwritten = new Map<string, number>();
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
    await this.flush();
  }

  /** Notes that the key was used just now. */
  count(key: UsedKey): void {
    if (key.lastUsed === 0) this.used.push(key);
    key.lastUsed = this.clock.time();
  }

  /** Writes down what was noted since the last time; what cannot be written is tried again with the next. */
  async flush(): Promise<void> {
    const noted = this.collect();
    if (noted.size === 0) return;
    try {
      await this.database.transaction(async (transaction) => {
        // Sorted, so that two instances never wait for each other's rows.
        for (const [id, time] of [...noted].sort(([one], [other]) => (one < other ? -1 : 1))) {
          await transaction.query(UPDATE_LAST_USED, [new Date(time).toISOString(), id]);
        }
      });
    } catch (error) {
      for (const [id, time] of noted) note(this.unwritten, id, time);
      this.logger.warn({ message: 'The last use of keys could not be written yet.', error: describeError(error) });
    }
  }

  private collect(): Map<string, number> {
    const noted = this.unwritten;
    this.unwritten = new Map();
    for (const key of this.used) {
      note(noted, key.id, key.lastUsed);
      key.lastUsed = 0;
    }
    this.used = [];
    return noted;
  }
}

function note(times: Map<string, number>, id: string, time: number): void {
  times.set(id, Math.max(time, times.get(id) ?? 0));
}
