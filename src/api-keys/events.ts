import { DomainEvent, type Change } from '../events/domain-event.js';
import type { ApiKey } from './api-key.entity.js';

/** What an event needs to know of a key. */
export type KeyFacts = Pick<ApiKey, 'id' | 'name' | 'workspaceId'>;

abstract class ApiKeyEvent extends DomainEvent {
  constructor({ id, name, workspaceId }: KeyFacts, changes: Change[], reason: string | null = null) {
    super({ workspaceId, targets: [{ type: 'apikey', id, display: name }], changes, reason });
  }
}

export class ApiKeyCreated extends ApiKeyEvent {
  static readonly action = 'apikey.created';
  readonly action = ApiKeyCreated.action;
}

export class ApiKeyUpdated extends ApiKeyEvent {
  static readonly action = 'apikey.updated';
  readonly action = ApiKeyUpdated.action;
}

export class ApiKeyEnabled extends ApiKeyEvent {
  static readonly action = 'apikey.enabled';
  readonly action = ApiKeyEnabled.action;
}

export class ApiKeyDisabled extends ApiKeyEvent {
  static readonly action = 'apikey.disabled';
  readonly action = ApiKeyDisabled.action;
}

/** The member whom the key was bound to was removed: it is refused until it is given to another, or unbound. */
export class ApiKeyOrphaned extends ApiKeyEvent {
  static readonly action = 'apikey.orphaned';
  readonly action = ApiKeyOrphaned.action;
}

/** The key is gone for good. `changes` has what it was. */
export class ApiKeyDeleted extends ApiKeyEvent {
  static readonly action = 'apikey.deleted';
  readonly action = ApiKeyDeleted.action;
}
