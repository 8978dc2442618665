import { LatchkeyError } from '../kernel/latchkey-error.js';

/** There is no such workspace for this caller. */
export class WorkspaceNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'workspace.not_found';

  constructor() {
    super('The workspace does not exist.');
  }
}
