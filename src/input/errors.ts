import { LatchkeyError, type FieldFault } from '../kernel/latchkey-error.js';

/** The input is malformed; `details` names each field. */
export class RequestInvalidError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.invalid';

  constructor(details: FieldFault[]) {
    super(details.map(({ message }) => message).join('; '), { details });
  }
}
