import { DomainEvent, type Change } from '../events/domain-event.js';
import type { Workspace } from './workspace.entity.js';

abstract class WorkspaceEvent extends DomainEvent {
  constructor({ id, name }: Pick<Workspace, 'id' | 'name'>, changes: Change[]) {
    super({ workspaceId: id, targets: [{ type: 'workspace', id, display: name }], changes });
  }
}

export class WorkspaceCreated extends WorkspaceEvent {
  static readonly action = 'workspace.created';
  readonly action = WorkspaceCreated.action;
}

export class WorkspaceUpdated extends WorkspaceEvent {
  static readonly action = 'workspace.updated';
  readonly action = WorkspaceUpdated.action;
}

/** The workspace is gone with all that was in it. Each of its keys has a record of its own. */
export class WorkspaceDeleted extends WorkspaceEvent {
  static readonly action = 'workspace.deleted';
  readonly action = WorkspaceDeleted.action;
}
