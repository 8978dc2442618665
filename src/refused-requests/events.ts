import { DomainEvent, type EventFacts } from '../events/domain-event.js';

/** A request without a usable credential was refused (401). */
export class AuthFailed extends DomainEvent {
  static readonly action = 'auth.failed';
  readonly action = AuthFailed.action;

  constructor(facts: EventFacts) {
    super({ outcome: 'denied', ...facts });
  }
}

/**
 * An authenticated caller was refused: a permission is missing (403), the rate limit is used up (429), or the workspace
 * they name is none of theirs (404), or they name none (412).
 */
export class AuthDenied extends DomainEvent {
  static readonly action = 'auth.denied';
  readonly action = AuthDenied.action;

  constructor(facts: EventFacts) {
    super({ outcome: 'denied', ...facts });
  }
}

/** A command that the caller was allowed to give was not carried out; nothing was changed. */
export class RequestFailed extends DomainEvent {
  static readonly action = 'request.failed';
  readonly action = RequestFailed.action;

  constructor(facts: EventFacts) {
    super({ outcome: 'failure', ...facts });
  }
}
