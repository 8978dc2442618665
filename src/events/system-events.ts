import { DomainEvent, type Change } from './domain-event.js';

const TARGETS = [{ type: 'system', id: 'latchkey', display: 'Latchkey' }];

/** The service began to serve. */
export class SystemStarted extends DomainEvent {
  static readonly action = 'system.started';
  readonly action = SystemStarted.action;

  constructor(changes: Change[]) {
    super({ workspaceId: null, targets: TARGETS, changes });
  }
}

/** The service was asked to stop and answered its last request. A crash leaves none. */
export class SystemStopped extends DomainEvent {
  static readonly action = 'system.stopped';
  readonly action = SystemStopped.action;

  constructor() {
    super({ workspaceId: null, targets: TARGETS });
  }
}
