import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { describeError } from '../common/describe-error.js';
import { Database } from '../database/database.js';

const FLUSH_MS = 1000;

const UPDATE_LAST_USED = `UPDATE latchkey_api_keys SET last_used_date = $1
  WHERE id = $2 AND (last_used_date IS NULL OR last_used_date < $1)`;

/**
 * Remembers when keys were last used, in memory, and writes it down every second and on shutdown: counting never slows
 * or fails a request. A kill loses at most the last second.
 */
@Injectable()
export class KeyUses implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(KeyUses.name);
  private lastUsed = new Map<string, string>();
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
  count(keyId: string): void {
    this.lastUsed.set(keyId, this.clock.now().toISOString());
  }

  /** Writes down what was noted since the last time; what cannot be written is tried again with the next. */
  async flush(): Promise<void> {
    if (this.lastUsed.size === 0) return;
    const noted = this.lastUsed;
    this.lastUsed = new Map();
    try {
      await this.database.transaction(async (transaction) => {
        // Sorted, so that two instances never wait for each other's rows.
        for (const [keyId, date] of [...noted].sort()) await transaction.query(UPDATE_LAST_USED, [date, keyId]);
      });
    } catch (error) {
      this.lastUsed = new Map([...noted, ...this.lastUsed]);
      this.logger.warn({ message: 'The last use of keys could not be written yet.', error: describeError(error) });
    }
  }
}
