import { excessesOver } from '../identity/restrictions.js';
import { changesBetween } from '../events/changes.js';
import type { Change } from '../events/domain-event.js';
import { grantsMore, ownPermissions, type Given } from '../grants/held-grants.js';
import { statusOf } from './api-key-status.js';
import { saysOther, shown, type KeySettings } from './key-settings.js';

/** What the settings grant, before an owner bounds it. */
export function grantsOf(key: Pick<KeySettings, 'permissions' | 'roles'>): readonly string[] {
  return ownPermissions(givenTo(key)).grants;
}

/** What differs, for the trail. */
export function changesOf(before: KeySettings, after: KeySettings, now: Date): Change[] {
  const changes = changesBetween({ ...shown(before) }, { ...shown(after) });
  if (before.orphanedDate === after.orphanedDate) return changes;
  return [...changes, { field: 'status', before: statusOf(before, now), after: statusOf(after, now) }];
}

/** Whether the change gives the key a permission or a role. */
export function isGiven(before: KeySettings, after: KeySettings): boolean {
  return grantsMore(givenTo(before), givenTo(after));
}

function givenTo({ permissions, roles }: Pick<KeySettings, 'permissions' | 'roles'>): Given {
  return { direct: permissions, roles };
}

/** Whether the key is bound to another member than before, to none, or again. */
export function isRebound(before: KeySettings, after: KeySettings): boolean {
  return before.ownerSubject !== after.ownerSubject || before.orphanedDate !== after.orphanedDate;
}

/**
 * Whether a key is given something, or can do anything after the change that it could not before: until later, from
 * elsewhere, more often, or again after it was disabled.
 */
export function widens(before: KeySettings, after: KeySettings): boolean {
  return isGiven(before, after) || (!before.enabled && after.enabled) || excessesOver(before, after).length > 0;
}

/** Whether a change takes from what the key can do, and changes nothing that others learn of it. */
export function onlyNarrows(before: KeySettings, after: KeySettings): boolean {
  return !saysOther(before, after) && !isRebound(before, after) && !widens(before, after);
}
