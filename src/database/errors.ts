import { LatchkeyError } from '../kernel/latchkey-error.js';

/**
 * The database, or the audit trail in it, cannot be written or read now. The change was rolled back, unless the message
 * says that this is not known.
 */
export class StoreUnavailableError extends LatchkeyError {
  static readonly kind = 'unavailable';
  static readonly code = 'store.unavailable';

  constructor(cause: unknown, message = 'The store is unavailable: nothing was changed. Try again shortly.') {
    super(message, {
      headers: { 'Retry-After': '1' },
      cause,
    });
  }
}

/**
 * The connection to the database broke as a change was committed: it may have been made or not. Repeating a `DELETE`
 * settles it; an `Idempotency-Key` tells whether a create was made.
 */
export class OutcomeUnknownError extends LatchkeyError {
  static readonly kind = 'unavailable';
  static readonly code = 'store.outcome_unknown';

  constructor(cause?: unknown) {
    super(
      'The store stopped answering as the change was committed, so it is not known whether it was made. Send the request ' +
        'again: a repeated DELETE settles it, and with the same Idempotency-Key a repeated creation tells.',
      { headers: { 'Retry-After': '1' }, cause },
    );
  }
}

/** Another process answers from memory on this SQLite database, and could not be told of a revocation. */
export class StoreInUseError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'store.in_use';

  constructor(cause?: unknown) {
    super(
      'Another Latchkey process serves this SQLite database and answers from memory: nothing was changed. ' +
        'Ask that process instead (its REST API), or stop it first; several processes need PostgreSQL.',
      { cause },
    );
  }
}
