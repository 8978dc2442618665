import { DomainEvent, type Change } from '../events/domain-event.js';

type MemberFacts = Readonly<{ workspaceId: string; subject: string }>;

abstract class MemberEvent extends DomainEvent {
  constructor({ workspaceId, subject }: MemberFacts, changes: Change[]) {
    super({ workspaceId, targets: [{ type: 'member', id: subject, display: subject }], changes });
  }
}

export class MemberAdded extends MemberEvent {
  static readonly action = 'member.added';
  readonly action = MemberAdded.action;
}

export class MemberUpdated extends MemberEvent {
  static readonly action = 'member.updated';
  readonly action = MemberUpdated.action;
}

export class MemberRemoved extends MemberEvent {
  static readonly action = 'member.removed';
  readonly action = MemberRemoved.action;
}
