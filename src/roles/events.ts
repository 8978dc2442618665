import { DomainEvent, type Change } from '../events/domain-event.js';

type RoleFacts = Readonly<{ id: string; name: string; workspaceId: string }>;

abstract class RoleEvent extends DomainEvent {
  constructor({ id, name, workspaceId }: RoleFacts, changes: Change[]) {
    super({ workspaceId, targets: [{ type: 'role', id, display: name }], changes });
  }
}

export class RoleCreated extends RoleEvent {
  static readonly action = 'role.created';
  readonly action = RoleCreated.action;
}

export class RoleUpdated extends RoleEvent {
  static readonly action = 'role.updated';
  readonly action = RoleUpdated.action;
}

export class RoleDeleted extends RoleEvent {
  static readonly action = 'role.deleted';
  readonly action = RoleDeleted.action;
}
