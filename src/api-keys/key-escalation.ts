import { Injectable } from '@nestjs/common';
import { EscalationRule, type Recipient } from '../authorization/escalation.js';
import type { Principal } from '../identity/principal.js';
import type { Restrictions } from '../identity/restrictions.js';
import type { Work } from '../events/work.js';
import { grantsOf, isGiven, isRebound, onlyNarrows, widens } from './key-changes.js';
import type { KeySettings } from './key-settings.js';

/** What an admin holds, and who may free a key of the person it is bound to. */
const EVERYTHING = '*';

/** The part of a new key that the rule looks at. */
type NewKey = Pick<KeySettings, 'permissions' | 'roles' | keyof Restrictions>;

/** The rule against escalation, for keys. */
@Injectable()
export class KeyEscalation {
  constructor(private readonly escalation: EscalationRule) {}

  /**
   * @param owner whom the key is to be bound to; undefined: the person behind the actor, if there is one
   * @returns whom the key is bound to
   * @throws {EscalationError} if the key would exceed the actor.
   */
  async assertMayCreate(
    work: Work,
    actor: Principal,
    key: NewKey,
    owner: string | null | undefined,
  ): Promise<string | null> {
    const granted = (person: string | null): string[] => {
      const isFreed = person !== null && owner !== undefined && owner !== person;
      return [...grantsOf(key), ...(isFreed ? [EVERYTHING] : [])];
    };
    const { owner: person } = await this.escalation.assertMayGrant(work, actor, granted, () => [toRecipient(key)]);
    return owner === undefined ? person : owner;
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
    const granted = (person: string | null): string[] =>
      isRebound(before, after)
        ? [...grantsOf(before), ...grantsOf(after), ...(isFreed(person, before, after) ? [EVERYTHING] : [])]
        : [...heldBy(before, effective), ...(isGiven(before, after) ? grantsOf(after) : [])];
    await this.escalation.assertMayGrant(work, actor, granted, () => [toRecipient(after)]);
  }
}

/** Of an orphaned key, what it may do once it is given to another member. */
function heldBy(key: KeySettings, effective: readonly string[]): readonly string[] {
  return key.orphanedDate === null ? effective : grantsOf(key);
}

/** Whether a key is bound to no member any more, or one of the actor’s own person not to the same person. */
function isFreed(person: string | null, before: KeySettings, after: KeySettings): boolean {
  const isOwn = person !== null && before.ownerSubject === person;
  return after.ownerSubject === null || (isOwn && after.ownerSubject !== person);
}

function toRecipient(restrictions: Restrictions): Recipient {
  return { name: 'The key', restrictions };
}
