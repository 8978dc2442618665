import { DomainEvent } from '../events/domain-event.js';

/** Somebody took a copy of the trail. `changes` has the filter. */
export class AuditExported extends DomainEvent {
  static readonly action = 'audit.exported';
  readonly action = AuditExported.action;
}
