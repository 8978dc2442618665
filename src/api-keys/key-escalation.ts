import { Injectable } from '@nestjs/common';
import { EscalationRule, type Recipient } from '../auth/escalation.js';
import type { Principal } from '../auth/principal.js';
import type { Work } from '../events/work.js';
import { grantsOf, isGiven, isRebound, onlyNarrows, widens, type KeySettings } from './key-changes.js';

/** What an admin holds, and who may free a key of the person it is bound to. */
const EVERYTHING = '*';

/** The rule against escalation, for keys. */
@Injectable()
export class KeyEscalation {
  constructor(private readonly escalation: EscalationRule) {}

  /** @throws {EscalationError} if the key would exceed the actor. */
  async assertMayCreate(work: Work, actor: Principal, key: KeySettings): Promise<void> {
    const freed = actor.owner !== null && key.ownerSubject !== actor.owner ? [EVERYTHING] : [];
    await this.escalation.assertMayGrant(work, actor, [...grantsOf(key), ...freed], () => [toRecipient(key)]);
  }

  /**
   * A change that only takes from the key needs the permission to update keys and no more: stopping a key must never
   * fail for lack of rights that the key has. Every other change needs what the key may do.
   *
   * @param effective what the key may do before the change
   * @throws {EscalationError}
   */
  async assertMayChange(
    work: Work,
    actor: Principal,
    { before, after, effective }: { before: KeySettings; after: KeySettings; effective: readonly string[] },
  ): Promise<void> {
    if (onlyNarrows(before, after) && actor.can('apikeys:update')) return;
    if (!isRebound(before, after) && !widens(before, after)) {
      await this.escalation.assertHolds(work, actor, heldBy(before, effective));
      return;
    }
    const granted = isRebound(before, after)
      ? [...grantsOf(before), ...grantsOf(after), ...(isFreed(actor, before, after) ? [EVERYTHING] : [])]
      : [...heldBy(before, effective), ...(isGiven(before, after) ? grantsOf(after) : [])];
    await this.escalation.assertMayGrant(work, actor, granted, () => [toRecipient(after)]);
  }
}

/** Of an orphaned key, what it may do once it is given to another member. */
function heldBy(key: KeySettings, effective: readonly string[]): readonly string[] {
  return key.orphanedDate === null ? effective : grantsOf(key);
}

/** Whether a key is bound to no member any more, or an actor’s own not to the same person. */
function isFreed(actor: Principal, before: KeySettings, after: KeySettings): boolean {
  const isOwn = actor.owner !== null && before.ownerSubject === actor.owner;
  return after.ownerSubject === null || (isOwn && after.ownerSubject !== actor.owner);
}

function toRecipient(restrictions: KeySettings): Recipient {
  return { name: 'The key', restrictions };
}
