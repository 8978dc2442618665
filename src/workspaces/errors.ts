import { LatchkeyError } from '../common/latchkey-error.js';

/** Another workspace has this `externalId`. */
export class WorkspaceConflictError extends LatchkeyError {
  constructor() {
    super(
      'workspace.conflict',
      'Another workspace has this externalId. GET /workspace?externalId=… shows which; send a different one, or none.',
      { details: [{ field: 'externalId', message: 'externalId is taken.' }] },
    );
  }
}

/** Several workspaces answer to what names one. */
export class WorkspaceAmbiguousError extends LatchkeyError {
  constructor(ids: readonly string[]) {
    super('workspace.ambiguous', `Several workspaces are called this: ${ids.join(', ')}. Name one by its id.`);
  }
}
