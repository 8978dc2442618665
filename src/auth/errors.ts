import { LatchkeyError } from '../common/latchkey-error.js';

/** No usable credential. One text for every reason, so that it tells an attacker nothing. */
export class UnauthenticatedError extends LatchkeyError {
  constructor() {
    super(
      'auth.unauthenticated',
      'A valid API key is required: send one as "Authorization: Bearer <key>" or "X-API-Key: <key>".',
      { headers: { 'WWW-Authenticate': 'Bearer realm="latchkey"' } },
    );
  }
}

/** The keys that people's tokens are signed with cannot be had. */
export class IdentityProviderUnavailableError extends LatchkeyError {
  constructor(cause: unknown) {
    super(
      'identity_provider.unavailable',
      'The identity provider does not answer, so the token cannot be checked. Try again shortly.',
      {
        headers: { 'Retry-After': '5' },
        cause,
      },
    );
  }
}

/** The caller does not hold what would open the route. */
export class PermissionDeniedError extends LatchkeyError {
  /**
   * @param missing the permissions that are missing; empty if the route declares no access and so is closed
   * @param needed whether one of them would do
   */
  constructor(missing: readonly string[], needed: 'all' | 'any' = 'any') {
    super(
      'auth.permission_denied',
      missing.length === 0
        ? 'This route declares no access, so nobody may enter.'
        : `This needs the permission ${missing.join(needed === 'any' ? ' or ' : ' and ')}, which the caller does not have.`,
    );
  }
}

/** The caller would hand out, or take over, more than they hold. */
export class EscalationError extends LatchkeyError {
  constructor(missing: readonly string[]) {
    super(
      'auth.escalation',
      `Nobody can grant, or take over, more than they hold. The caller does not have: ${missing.join(', ')}.`,
    );
  }
}

/** The route acts in a workspace, and the operator, or a person of several, named none. */
export class WorkspaceRequiredError extends LatchkeyError {
  constructor() {
    super('workspace.required', 'Name the workspace to act in: send its id as the header X-Workspace-Id.');
  }
}

/** There is no such workspace for this caller. */
export class WorkspaceNotFoundError extends LatchkeyError {
  constructor() {
    super('workspace.not_found', 'The workspace does not exist.');
  }
}
