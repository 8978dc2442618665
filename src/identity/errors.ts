import { LatchkeyError, type FieldFault } from '../kernel/latchkey-error.js';
import type { Requirement } from './access.js';

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

/** The caller does not hold what would open the route. `WWW-Authenticate` names it too, as RFC 6750 has it. */
export class PermissionDeniedError extends LatchkeyError {
  /** @param missing permissions, and alternatives of them; empty if the route declares no access and so is closed */
  constructor(missing: readonly (string | Requirement)[]) {
    const unmet = missing.map((one) =>
      typeof one === 'string' ? { permissions: [one], needed: 'all' as const } : one,
    );
    super(
      'auth.permission_denied',
      unmet.length === 0
        ? 'This route declares no access, so nobody may enter.'
        : `This needs the permission ${textOf(unmet)}, which the caller does not have.`,
      unmet.length === 0 ? {} : { headers: { 'WWW-Authenticate': insufficientScope(unmet) } },
    );
  }
}

function textOf(unmet: readonly Requirement[]): string {
  const each = unmet.map(({ permissions, needed }) => {
    const text = permissions.join(needed === 'any' ? ' or ' : ' and ');
    return needed === 'any' && unmet.length > 1 && permissions.length > 1 ? `(${text})` : text;
  });
  return each.join(' and ');
}

// RFC 6749: what a scope may be made of. A name with anything else in it stands in the message alone.
const SCOPE = /^[\x21\x23-\x5B\x5D-\x7E]+$/;

function insufficientScope(unmet: readonly Requirement[]): string {
  const names = new Set(unmet.flatMap(({ permissions }) => permissions).filter((name) => SCOPE.test(name)));
  const scope = names.size > 0 ? `, scope="${[...names].join(' ')}"` : '';
  return `Bearer realm="latchkey", error="insufficient_scope"${scope}`;
}

/** Who would be bounded less than the caller, and by which restrictions. */
export interface Excess {
  name: string;
  faults: readonly FieldFault[];
}

/** The caller would hand out, or take over, more than they hold, or lift their own restrictions. */
export class EscalationError extends LatchkeyError {
  constructor(missing: readonly string[], excess?: Excess) {
    super(
      'auth.escalation',
      [
        'Nobody can grant, or take over, more than they hold.',
        ...(missing.length > 0 ? [`The caller does not have: ${missing.join(', ')}.`] : []),
        ...(excess ? [`${excess.name} ${excess.faults.map(({ message }) => message).join(', ')}.`] : []),
      ].join(' '),
      excess && {
        details: excess.faults.map(({ field, message }) => ({ field, message: `${excess.name} ${message}.` })),
      },
    );
  }
}

/** The route acts in a workspace, and an operator, or a person of several, named none. */
export class WorkspaceRequiredError extends LatchkeyError {
  constructor(message = 'Name the workspace to act in: send its id or externalId as the header X-Workspace-Id.') {
    super('workspace.required', message);
  }
}

/** The host's `principalResolver` says that its user acts in a workspace that does not exist. */
export class WorkspaceUnknownError extends WorkspaceRequiredError {
  constructor(externalId: string) {
    super(
      `No workspace has the id or externalId ${JSON.stringify(externalId)}, where the application says that this user ` +
        'acts. Create it with that externalId: POST /workspace, or WorkspacesService.ensure().',
    );
  }
}
