import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { describeError } from '../kernel/describe-error.js';
import { DATA_SOURCE } from '../database/data-source.token.js';
import { Database } from '../database/database.js';
import type { RateLimit } from '../identity/principal.js';
import { neverPasses, usedUp } from './rate-limit-refusals.js';
import { RateLimitWindows } from './rate-limit-windows.js';
import { SharedRateLimits, type LimitedKey } from './shared-rate-limits.js';

const PRUNE_MS = 60_000;

/**
 * Counts the uses of keys against their limits: on SQLite in memory, on PostgreSQL in a table, so that a limit is one
 * limit however many instances there are. A refused use takes nothing. A changed limit applies at once to the window that
 * is running.
 */
@Injectable()
export class RateLimits implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(RateLimits.name);
  private readonly windows = new RateLimitWindows();
  private readonly shared: SharedRateLimits | undefined;
  private timer: NodeJS.Timeout | undefined;
  private pruning: Promise<void> | undefined;

  constructor(@Inject(DATA_SOURCE) dataSource: DataSource, database: Database) {
    this.shared = dataSource.options.type === 'postgres' ? new SharedRateLimits(database) : undefined;
  }

  onModuleInit(): void {
    const { shared } = this;
    if (shared) this.timer = setInterval(() => void (this.pruning ??= this.prune(shared)), PRUNE_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.pruning;
  }

  /**
   * @param cost how much of the limit this use takes
   * @throws {RateLimitExceededError} if not that much is left, or ever will be.
   */
  async consume(key: LimitedKey, rateLimit: RateLimit, cost = 1): Promise<void> {
    const { limit, windowSeconds } = rateLimit;
    if (cost > limit) throw neverPasses(rateLimit, cost);
    const use = this.shared
      ? await this.shared.take(key, rateLimit, cost)
      : this.windows.take(key.id, { limit, windowMs: windowSeconds * 1000, cost }, performance.now());
    if (!use.isTaken) throw usedUp(rateLimit, use);
  }

  private async prune(shared: SharedRateLimits): Promise<void> {
    try {
      await shared.prune();
    } catch (error) {
      this.logger.warn({
        message: 'Rate limits that have ended could not be deleted yet.',
        error: describeError(error),
      });
    } finally {
      this.pruning = undefined;
    }
  }
}
