import { LatchkeyError } from '../kernel/latchkey-error.js';

/** A change was made, and it is not known whether every instance has heard of it. */
export class RevocationUnconfirmedError extends LatchkeyError {
  static readonly kind = 'unavailable';
  static readonly code = 'revocation.unconfirmed';

  /** @param leftMs until then at the latest every instance knows */
  constructor(leftMs: number, cause?: unknown) {
    const seconds = Math.max(1, Math.ceil(leftMs / 1000));
    super(
      `The change was made, but the store stopped answering, so other instances may not know of it for up to ${seconds} s. ` +
        'Send the request again: it is answered once every instance knows.',
      { headers: { 'Retry-After': '1' }, cause },
    );
  }
}
