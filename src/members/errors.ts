import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no such member in the caller's workspace. */
export class MemberNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'member.not_found';

  constructor() {
    super('The workspace has no member with this subject.');
  }
}

/** The workspace would be left without an admin. */
export class LastAdminError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'member.last_admin';

  constructor() {
    super('This is the last admin of the workspace. Make another member admin first.');
  }
}
