import { DomainEvent } from '../events/domain-event.js';
import type { Workspace } from './workspace.entity.js';

export class WorkspaceCreated extends DomainEvent {
  static readonly action = 'workspace.created';
  readonly action = WorkspaceCreated.action;

  constructor({ id, name }: Workspace) {
    super({
      workspaceId: id,
      targets: [{ type: 'workspace', id, display: name }],
      changes: [{ field: 'name', before: null, after: name }],
    });
  }
}
