import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';

/** Every refusal code and the HTTP status it is answered with. The wire names are stable; `docs/errors.md` lists them. */
export const ERROR_STATUS = {
  'request.invalid': 400,
  'permission.unknown': 400,
  'role.unknown': 400,
  'auth.unauthenticated': 401,
  'auth.permission_denied': 403,
  'auth.escalation': 403,
  'apikey.not_found': 404,
  'workspace.not_found': 404,
  'audit.not_found': 404,
  'role.not_found': 404,
  'member.not_found': 404,
  'permission.not_found': 404,
  'operator.not_found': 404,
  'route.not_found': 404,
  'request.timeout': 408,
  'apikey.conflict': 409,
  'apikey.already_created': 409,
  'idempotency.reused': 409,
  'workspace.conflict': 409,
  'workspace.ambiguous': 409,
  'quota.exceeded': 409,
  'role.conflict': 409,
  'role.built_in': 409,
  'role.in_use': 409,
  'member.last_admin': 409,
  'permission.conflict': 409,
  'permission.in_use': 409,
  'operator.conflict': 409,
  'operator.last': 409,
  'operator.environment': 409,
  'store.in_use': 409,
  'request.id_required': 412,
  'workspace.required': 412,
  'apikey.version_mismatch': 412,
  'request.precondition_failed': 412,
  'request.too_large': 413,
  'request.uri_too_long': 414,
  'request.unsupported_media_type': 415,
  'request.range_not_satisfiable': 416,
  'request.expectation_failed': 417,
  'rate_limit.exceeded': 429,
  'request.headers_too_large': 431,
  internal: 500,
  'store.unavailable': 503,
  'store.outcome_unknown': 503,
  'revocation.unconfirmed': 503,
  'identity_provider.unavailable': 503,
  'service.stopping': 503,
} as const satisfies Record<string, number>;

export type ErrorCode = keyof typeof ERROR_STATUS;

/** One fault in the input: the field, as a dotted path, and what is wrong with it. */
export interface FieldFault {
  field: string;
  message: string;
}

export interface LatchkeyErrorOptions {
  details?: FieldFault[];
  /** Response headers that belong to the refusal, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** What went wrong underneath. Logged, never answered. */
  cause?: unknown;
}

/**
 * The base of all refusals. Its message is safe to show to the caller: it holds no secret and no driver text. An
 * `HttpException`, so that a host's own filters answer it with its status and a body with its `code`.
 */
export class LatchkeyError extends HttpException {
  readonly details: FieldFault[] | undefined;
  readonly headers: Record<string, string>;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { details, headers = {}, cause }: LatchkeyErrorOptions = {},
  ) {
    const statusCode = ERROR_STATUS[code];
    super({ statusCode, error: STATUS_CODES[statusCode], message, code, ...(details && { details }) }, statusCode, {
      cause,
    });
    this.details = details;
    this.headers = headers;
  }
}

/** The input is malformed; `details` names each field. */
export class RequestInvalidError extends LatchkeyError {
  constructor(details: FieldFault[]) {
    super('request.invalid', details.map(({ message }) => message).join('; '), { details });
  }
}

/** The body is in a form that no route reads. */
export class UnsupportedMediaTypeError extends LatchkeyError {
  constructor(message = 'The body must be JSON in UTF-8: send it as Content-Type application/json.') {
    super('request.unsupported_media_type', message);
  }
}

/** Of a request with as many headers it is not known whether a credential is among those that Node leaves out. */
export class TooManyHeadersError extends LatchkeyError {
  /** Node's own limit, unless it is told otherwise. */
  static readonly limit = 1000;

  constructor() {
    super(
      'request.headers_too_large',
      `The request has too many headers. Send fewer than ${TooManyHeadersError.limit}.`,
    );
  }
}

/** The path ends where an id was expected. */
export class IdRequiredError extends LatchkeyError {
  constructor(resource: string) {
    super('request.id_required', `The id of the ${resource} is missing from the path.`);
  }
}

/**
 * The database, or the audit trail in it, cannot be written or read now. The change was rolled back, unless the message
 * says that this is not known.
 */
export class StoreUnavailableError extends LatchkeyError {
  constructor(cause: unknown, message = 'The store is unavailable: nothing was changed. Try again shortly.') {
    super('store.unavailable', message, {
      headers: { 'Retry-After': '1' },
      cause,
    });
  }
}

/**
 * The connection to the database broke as a change was committed: it may have been made or not. Repeating a `DELETE`
 * settles it; an `Idempotency-Key` tells whether a create was made.
 */
export class OutcomeUnknownError extends LatchkeyError {
  constructor(cause?: unknown) {
    super(
      'store.outcome_unknown',
      'The store stopped answering as the change was committed, so it is not known whether it was made. Send the request ' +
        'again: a repeated DELETE settles it, and with the same Idempotency-Key a repeated creation tells.',
      { headers: { 'Retry-After': '1' }, cause },
    );
  }
}

/** A change was made, and it is not known whether every instance has heard of it. */
export class RevocationUnconfirmedError extends LatchkeyError {
  /** @param leftMs until then at the latest every instance knows */
  constructor(leftMs: number, cause?: unknown) {
    const seconds = Math.max(1, Math.ceil(leftMs / 1000));
    super(
      'revocation.unconfirmed',
      `The change was made, but the store stopped answering, so other instances may not know of it for up to ${seconds} s. ` +
        'Send the request again: it is answered once every instance knows.',
      { headers: { 'Retry-After': '1' }, cause },
    );
  }
}

/** Another process answers from memory on this SQLite database, and could not be told of a revocation. */
export class StoreInUseError extends LatchkeyError {
  constructor(cause?: unknown) {
    super(
      'store.in_use',
      'Another Latchkey process serves this SQLite database and answers from memory: nothing was changed. ' +
        'Ask that process instead (its REST API), or stop it first; several processes need PostgreSQL.',
      { cause },
    );
  }
}

/** The service has been asked to stop: it still answers, and is not to be sent new requests. */
export class ServiceStoppingError extends LatchkeyError {
  constructor() {
    super('service.stopping', 'The service is stopping. Send requests to another instance.', {
      headers: { 'Retry-After': '5' },
    });
  }
}

/** Less of a key's rate limit is left than a use takes. The use has taken nothing. */
export class RateLimitExceededError extends LatchkeyError {
  /** @param retryAfterSeconds when the running window ends; null if the use can never pass */
  constructor(
    message: string,
    readonly retryAfterSeconds: number | null,
    headers: Record<string, string>,
  ) {
    super('rate_limit.exceeded', message, { headers });
  }
}

/** Too many keys that are not in memory are being looked up for this source, or for all sources together. */
export class TooManyLookUpsError extends LatchkeyError {
  /** How many of one source may run or wait at a time. */
  static readonly ofOneSource = 64;

  constructor() {
    super(
      'rate_limit.exceeded',
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

/** There is no such workspace for this caller. */
export class WorkspaceNotFoundError extends LatchkeyError {
  constructor() {
    super('workspace.not_found', 'The workspace does not exist.');
  }
}
