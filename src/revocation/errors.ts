import { LatchkeyError } from '../common/latchkey-error.js';

/** Another process answers from memory on this SQLite database, and could not be told of a revocation. */
export class StoreInUseError extends LatchkeyError {
  constructor(cause?: unknown) {
    super(
      'store.in_use',
      'Another Latchkey process serves this SQLite database and answers from memory: nothing was changed. ' +
        'Ask that process instead (its REST API), or stop it first; several processes need PostgreSQL.',
      { cause },
    );
  }
}
