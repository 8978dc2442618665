import { LatchkeyError, type FieldFault } from '../kernel/latchkey-error.js';
import type { Requirement } from './access.js';

/** No usable credential. One text for every reason, so that it tells an attacker nothing. */
export class UnauthenticatedError extends LatchkeyError {
  static readonly kind = 'unauthenticated';
  static readonly code = 'auth.unauthenticated';

  constructor() {
    super('A valid API key is required: send one as "Authorization: Bearer <key>" or "X-API-Key: <key>".', {
      headers: { 'WWW-Authenticate': 'Bearer realm="latchkey"' },
    });
  }
}

/** The keys that people's tokens are signed with cannot be had. */
export class IdentityProviderUnavailableError extends LatchkeyError {
  static readonly kind = 'unavailable';
  static readonly code = 'identity_provider.unavailable';

  constructor(cause: unknown) {
    super('The identity provider does not answer, so the token cannot be checked. Try again shortly.', {
      headers: { 'Retry-After': '5' },
      cause,
    });
  }
}

/** The caller does not hold what would open the route. `WWW-Authenticate` names it too, as RFC 6750 has it. */
export class PermissionDeniedError extends LatchkeyError {
  static readonly kind = 'denied';
  static readonly code = 'auth.permission_denied';

  /** @param missing permissions, and alternatives of them; empty if the route declares no access and so is closed */
  constructor(missing: readonly (string | Requirement)[]) {
    const unmet = missing.map((one) =>
      typeof one === 'string' ? { permissions: [one], needed: 'all' as const } : one,
    );
    super(
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
  static readonly kind = 'denied';
  static readonly code = 'auth.escalation';

  constructor(missing: readonly string[], excess?: Excess) {
    super(
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
  static readonly kind = 'precondition_failed';
  static readonly code = 'workspace.required';

  constructor(message = 'Name the workspace to act in: send its id or externalId as the header X-Workspace-Id.') {
    super(message);
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

/** Too many keys that are not in memory are being looked up for this source, or for all sources together. */
export class TooManyLookUpsError extends LatchkeyError {
  static readonly kind = 'limited';
  static readonly code = 'rate_limit.exceeded';

  /** How many of one source may run or wait at a time. */
  static readonly ofOneSource = 64;

  constructor() {
    super(
      'Too many API keys are being looked up for this source at the same time. Try again after the time in Retry-After.',
      {
        headers: {
          'Retry-After': '1',
          RateLimit: '"look-ups";r=0;t=1',
          'RateLimit-Policy': `"look-ups";q=${TooManyLookUpsError.ofOneSource};qu="concurrent-requests"`,
        },
      },
    );
  }
}
