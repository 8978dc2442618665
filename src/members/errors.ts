import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no such member in the caller's workspace. */
export class MemberNotFoundError extends LatchkeyError {
  constructor() {
    super('member.not_found', 'The workspace has no member with this subject.');
  }
}

/** The workspace would be left without an admin. */
export class LastAdminError extends LatchkeyError {
  constructor() {
    super('member.last_admin', 'This is the last admin of the workspace. Make somebody else admin first.');
  }
}
