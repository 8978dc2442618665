import { LatchkeyError } from '../kernel/latchkey-error.js';

/** Less of a key's rate limit is left than a use takes. The use has taken nothing. */
export class RateLimitExceededError extends LatchkeyError {
  static readonly kind = 'limited';
  static readonly code = 'rate_limit.exceeded';

  /** @param retryAfterSeconds when the running window ends; null if the use can never pass */
  constructor(
    message: string,
    readonly retryAfterSeconds: number | null,
    headers: Record<string, string>,
  ) {
    super(message, { headers });
  }
}
