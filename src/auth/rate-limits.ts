import { Injectable } from '@nestjs/common';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { RateLimitExceededError } from '../common/latchkey-error.js';
import type { RateLimit } from './principal.js';

/** Counts the uses of keys against their limits. Exact within one instance; each instance counts for itself. */
@Injectable()
export class RateLimits {
  private readonly limiters = new Map<string, RateLimiterMemory>();

  /** @throws {RateLimitExceededError} if the limit is used up; the use is not counted then. */
  async consume(keyId: string, rateLimit: RateLimit): Promise<void> {
    try {
      await this.limiterOf(rateLimit).consume(keyId);
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      throw new RateLimitExceededError(headersOf(rateLimit, refusal));
    }
  }

  private limiterOf({ limit, windowSeconds }: RateLimit): RateLimiterMemory {
    const name = `${limit}/${windowSeconds}`;
    const known = this.limiters.get(name);
    if (known) return known;
    const limiter = new RateLimiterMemory({ points: limit, duration: windowSeconds });
    this.limiters.set(name, limiter);
    return limiter;
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
