import { DomainEvent, type Change } from '../events/domain-event.js';
import type { Operator } from './operator.entity.js';

abstract class OperatorEvent extends DomainEvent {
  constructor({ id, name }: Pick<Operator, 'id' | 'name'>, changes: Change[], reason: string | null = null) {
    super({ workspaceId: null, targets: [{ type: 'operator', id, display: name }], changes, reason });
  }
}

/** There is an operator more; the one named `environment`: its key was taken up. */
export class OperatorCreated extends OperatorEvent {
  static readonly action = 'operator.created';
  readonly action = OperatorCreated.action;
}

/** An operator has another key; the former one is refused. */
export class OperatorRotated extends OperatorEvent {
  static readonly action = 'operator.rotated';
  readonly action = OperatorRotated.action;
}

/** An operator is gone, and its key refused; the one named `environment`: its key was dropped. */
export class OperatorDeleted extends OperatorEvent {
  static readonly action = 'operator.deleted';
  readonly action = OperatorDeleted.action;
}
