import { isDeepStrictEqual } from 'node:util';
import { PermissionSet } from '../auth/permission-set.js';
import type { Change } from '../events/domain-event.js';
import type { ApiKey } from './api-key.entity.js';

/** The part of a key that an update may change. */
export type KeySettings = Pick<
  ApiKey,
  'name' | 'permissions' | 'description' | 'expirationDate' | 'allowedIps' | 'rateLimit' | 'metadata' | 'enabled'
>;

const SHOWN_AS: Record<keyof KeySettings, string> = {
  name: 'keyName',
  permissions: 'permissions',
  description: 'description',
  expirationDate: 'expirationDate',
  allowedIps: 'allowedIps',
  rateLimit: 'rateLimit',
  metadata: 'metadata',
  enabled: 'enabled',
};

export const KEY_SETTINGS = Object.keys(SHOWN_AS) as (keyof KeySettings)[];

/** What differs, in the API's names. */
export function changesBetween(before: Partial<KeySettings>, after: Partial<KeySettings>): Change[] {
  return KEY_SETTINGS.map((field) => ({
    field: SHOWN_AS[field],
    before: before[field] ?? null,
    after: after[field] ?? null,
  })).filter((change) => !isSame(change.before, change.after));
}

/** As JSON: neither the order of an object's members nor its class makes a difference. */
function isSame(one: unknown, other: unknown): boolean {
  return isDeepStrictEqual(structuredClone(one), structuredClone(other));
}

/**
 * Tells whether a key can do anything after the change that it could not before: more permissions, a later end, from
 * elsewhere, more often, or again after it was disabled.
 */
export function widens(before: KeySettings, after: KeySettings): boolean {
  return (
    new PermissionSet(before.permissions).missing(after.permissions).length > 0 ||
    (!before.enabled && after.enabled) ||
    endOf(after) > endOf(before) ||
    reaches(before, after) ||
    rateOf(after) > rateOf(before) ||
    burstOf(after) > burstOf(before)
  );
}

function endOf({ expirationDate }: KeySettings): number {
  return expirationDate === null ? Infinity : Date.parse(expirationDate);
}

function reaches(before: KeySettings, after: KeySettings): boolean {
  if (before.allowedIps.length === 0) return false;
  return after.allowedIps.length === 0 || after.allowedIps.some((range) => !before.allowedIps.includes(range));
}

/** The most uses at once: the same rate over a longer window lets more of them come together. */
function burstOf({ rateLimit }: KeySettings): number {
  return rateLimit?.limit ?? Infinity;
}

function rateOf({ rateLimit }: KeySettings): number {
  return rateLimit === null ? Infinity : rateLimit.limit / rateLimit.windowSeconds;
}
