import { RateLimitExceededError } from './errors.js';
import type { RateLimit } from '../identity/principal.js';
import type { LimitUse } from './rate-limit-windows.js';

/** The running window has not that much left. */
export function usedUp({ limit, windowSeconds }: RateLimit, { used, endsInMs }: LimitUse): RateLimitExceededError {
  const seconds = Math.max(1, Math.ceil(endsInMs / 1000));
  return new RateLimitExceededError(
    'The rate limit of this API key is used up. Try again after the time in Retry-After.',
    seconds,
    // The header fields of draft-ietf-httpapi-ratelimit-headers.
    {
      'Retry-After': String(seconds),
      RateLimit: `"key";r=${Math.max(0, limit - used)};t=${seconds}`,
      'RateLimit-Policy': `"key";q=${limit};w=${windowSeconds}`,
    },
  );
}

/** A use that costs more than the whole limit: no window ever has that much left. */
export function neverPasses({ limit, windowSeconds }: RateLimit, cost: number): RateLimitExceededError {
  return new RateLimitExceededError(
    `This use costs ${cost}, more than the rate limit of this API key, ${limit}: it can never pass. Ask for less at once.`,
    null,
    { 'RateLimit-Policy': `"key";q=${limit};w=${windowSeconds}` },
  );
}
