import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no such record in the caller's workspace. */
export class AuditRecordNotFoundError extends LatchkeyError {
  constructor() {
    super('audit.not_found', 'The audit record does not exist.');
  }
}
