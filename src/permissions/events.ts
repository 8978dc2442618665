import { DomainEvent } from '../events/domain-event.js';
import { changesBetween } from '../events/changes.js';
import type { ApplicationPermission } from './application-permission.entity.js';

/** A workspace's application has a new permission. */
export class PermissionCreated extends DomainEvent {
  static readonly action = 'permission.created';
  readonly action = PermissionCreated.action;

  constructor({ workspaceId, name, description }: ApplicationPermission) {
    const targets = [{ type: 'permission', id: name, display: name }];
    super({ workspaceId, targets, changes: changesBetween({}, { name, description }) });
  }
}

/** A workspace's application has a permission less. */
export class PermissionDeleted extends DomainEvent {
  static readonly action = 'permission.deleted';
  readonly action = PermissionDeleted.action;

  constructor({ workspaceId, name, description }: ApplicationPermission) {
    const targets = [{ type: 'permission', id: name, display: name }];
    super({ workspaceId, targets, changes: changesBetween({ name, description }, {}) });
  }
}
