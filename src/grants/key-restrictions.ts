import type { Work } from '../events/work.js';
import type { Restrictions } from '../identity/restrictions.js';

/** Tells what restricts keys. The api-keys module provides it. */
export abstract class KeyRestrictions {
  /** Undefined if the key is disabled, expired or orphaned. */
  abstract ofUsableKey(work: Work, id: string): Promise<Restrictions | undefined>;

  /** What restricts the keys that hold a role, each way once. */
  abstract ofHolders(work: Work, workspaceId: string, roleId: string): Promise<Restrictions[]>;
}
