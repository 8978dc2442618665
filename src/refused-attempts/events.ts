import { DomainEvent } from '../events/domain-event.js';

/**
 * Attempts of one minute that were counted instead of itemised. `changes` has the count of each action, and of the
 * kinds, sources, targets that exist and routes that were counted most.
 */
export class AuditSuppressed extends DomainEvent {
  static readonly action = 'audit.suppressed';
  readonly action = AuditSuppressed.action;
}
