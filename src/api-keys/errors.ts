import { isId } from '../kernel/ids.js';
import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no such key in the caller's workspace. */
export class ApiKeyNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'apikey.not_found';

  /** @param id named in the message if it is a UUID; what else a caller may have put in its place is not repeated. */
  constructor(id: string) {
    super(isId(id) ? `API key ${id} does not exist.` : 'The API key does not exist: its id is no UUID.');
  }
}

/** Another key of the workspace has this name. */
export class ApiKeyConflictError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'apikey.conflict';

  constructor() {
    super('Another API key of this workspace has this name. Choose a different keyName.', {
      details: [{ field: 'keyName', message: 'keyName is taken.' }],
    });
  }
}

/** The same request was carried out before; its secret was shown then and is not stored. */
export class ApiKeyAlreadyCreatedError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'apikey.already_created';

  /** @param exists whether the key is still there */
  constructor(id: string, exists = true) {
    super(
      exists
        ? `This Idempotency-Key has already created API key ${id}. Its secret was shown then; if it is lost, delete the key and create another under a new Idempotency-Key.`
        : `This Idempotency-Key has already created API key ${id}, which has been deleted since. Create another under a new Idempotency-Key.`,
    );
  }
}

/** Another request was made under this `Idempotency-Key`. Whose it was, or what it made, is not told. */
export class IdempotencyKeyReusedError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'idempotency.reused';

  constructor() {
    super(
      'This Idempotency-Key was used for a different request in the last 24 hours: nothing was created. Send this one under a new Idempotency-Key.',
    );
  }
}

/** The key changed since the version that `If-Match` names. */
export class ApiKeyVersionMismatchError extends LatchkeyError {
  static readonly kind = 'precondition_failed';
  static readonly code = 'apikey.version_mismatch';

  constructor() {
    super('The API key was changed since. Read it again and decide anew.');
  }
}

/** The key was used since the report of its usage that `If-Match` names. */
export class ApiKeyUsedSinceReviewError extends LatchkeyError {
  static readonly kind = 'precondition_failed';
  static readonly code = 'apikey.used_since_review';

  /** @param by who used it last, as the client says itself; null if that is not known */
  constructor({ uses, by, date }: { uses: number; by: string | null; date: string | null }) {
    const last = by === null || date === null ? '' : `, last by ${by} at ${date}`;
    super(
      `The API key was used ${uses} ${uses === 1 ? 'time' : 'times'} since its usage was read${last}: nothing was deleted. ` +
        'Read its usage again and decide anew.',
    );
  }
}

/** It cannot be found out now how often a key was used. */
export class UsesUnknownError extends LatchkeyError {
  static readonly kind = 'unavailable';
  static readonly code = 'usage.unknown';

  constructor() {
    super(
      'An instance does not say which uses it has counted, so that the key may have been used since: nothing was deleted. ' +
        'Read the usage of the key again, and send the request again with its new ETag.',
    );
  }
}
