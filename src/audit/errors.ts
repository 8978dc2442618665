import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no such record in the caller's workspace. */
export class AuditRecordNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'audit.not_found';

  constructor() {
    super('The audit record does not exist.');
  }
}
