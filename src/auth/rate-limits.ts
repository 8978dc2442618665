import { Inject, Injectable } from '@nestjs/common';
import {
  RateLimiterMemory,
  RateLimiterPostgres,
  RateLimiterRes,
  type RateLimiterAbstract,
} from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { Database } from '../database/database.js';
import { DATA_SOURCE } from '../database/data-source.token.js';
import { RateLimitExceededError } from '../common/latchkey-error.js';
import type { RateLimit } from './principal.js';

const TABLE = 'latchkey_rate_limits';
const MOST_LIMITERS = 1000;

/**
 * Counts the uses of keys against their limits. On SQLite in memory; on PostgreSQL in a table that all instances share,
 * so that a limit is one limit however many they are. Should the table be out of reach, each instance counts for itself.
 */
@Injectable()
export class RateLimits {
  private readonly limiters = new Map<string, RateLimiterAbstract>();

  constructor(
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly database: Database,
  ) {}

  /**
   * @param cost how much of the limit this use takes
   * @throws {RateLimitExceededError} if not that much is left.
   */
  async consume(keyId: string, rateLimit: RateLimit, cost = 1): Promise<void> {
    try {
      await this.limiterOf(rateLimit).consume(keyId, cost);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new RateLimitExceededError(headersOf(rateLimit, refusal));
    }
  }

  private limiterOf(rateLimit: RateLimit): RateLimiterAbstract {
    const name = `${rateLimit.limit}/${rateLimit.windowSeconds}`;
    const known = this.limiters.get(name);
    if (known) return known;
    const [oldest] = this.limiters.keys();
    if (oldest !== undefined && this.limiters.size >= MOST_LIMITERS) this.limiters.delete(oldest);
    const limiter = this.create(name, rateLimit);
    this.limiters.set(name, limiter);
    return limiter;
  }

  private create(keyPrefix: string, { limit: points, windowSeconds: duration }: RateLimit): RateLimiterAbstract {
    const inMemory = new RateLimiterMemory({ keyPrefix, points, duration });
    if (this.dataSource.options.type !== 'postgres') return inMemory;
    return new RateLimiterPostgres({
      storeClient: this.dataSource,
      storeType: 'typeorm',
      tableName: this.database.names.in(TABLE),
      tableCreated: true,
      clearExpiredByTimeout: false,
      keyPrefix,
      points,
      duration,
      // What is used up is refused without asking again.
      inMemoryBlockOnConsumed: points + 1,
      insuranceLimiter: inMemory,
    });
  }
}

// The header fields of draft-ietf-httpapi-ratelimit-headers.
function headersOf({ limit, windowSeconds }: RateLimit, { msBeforeNext }: RateLimiterRes): Record<string, string> {
  const seconds = String(Math.max(1, Math.ceil(msBeforeNext / 1000)));
  return {
    'Retry-After': seconds,
    RateLimit: `"key";r=0;t=${seconds}`,
    'RateLimit-Policy': `"key";q=${limit};w=${windowSeconds}`,
  };
}
