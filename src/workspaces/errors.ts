import { LatchkeyError } from '../common/latchkey-error.js';

/** Another workspace has this name. */
export class WorkspaceConflictError extends LatchkeyError {
  constructor() {
    super('workspace.conflict', 'Another workspace has this name. Choose a different name.', {
      details: [{ field: 'name', message: 'name is taken.' }],
    });
  }
}
