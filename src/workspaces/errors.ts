import { LatchkeyError } from '../kernel/latchkey-error.js';

/** Another workspace has this `externalId`. */
export class WorkspaceConflictError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'workspace.conflict';

  constructor() {
    super(
      'Another workspace has this externalId. GET /workspace?externalId=… shows which; send a different one, or none.',
      { details: [{ field: 'externalId', message: 'externalId is taken.' }] },
    );
  }
}

const EXAMPLE =
  'The workspace has 100000 keys, and its quota keys allows 100000. Delete some that are not needed, or have an operator raise ' +
  'the quota by PATCH /workspace/0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11.';

/** A workspace has, or would have, more of something than its quota allows. */
export class QuotaExceededError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'quota.exceeded';

  constructor(message = EXAMPLE) {
    super(message);
  }
}

/** Several workspaces answer to what names one. */
export class WorkspaceAmbiguousError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'workspace.ambiguous';

  constructor(ids: readonly string[]) {
    super(`Several workspaces are called this: ${ids.join(', ')}. Name one by its id.`);
  }
}

/** An `externalId` that is the id of a workspace: who named it would mean that one. */
export class ExternalIdIsAnIdError extends LatchkeyError {
  static readonly kind = 'conflict';
  static readonly code = 'workspace.conflict';

  constructor() {
    super(
      'This externalId is the id of a workspace, and an id comes first wherever a workspace is named. Send a different one, or none.',
      { details: [{ field: 'externalId', message: 'externalId is the id of a workspace.' }] },
    );
  }
}
