import { ownPermissions, type HeldRole } from '../grants/holding.js';
import type { ApiKey } from './api-key.entity.js';

/** The part of a key that an update may change. */
export interface KeySettings extends Pick<
  ApiKey,
  'name' | 'permissions' | 'description' | 'expirationDate' | 'allowedIps' | 'rateLimit' | 'metadata' | 'enabled'
> {
  roles: readonly HeldRole[];
}

/** The settings in the API's names, as the trail shows them. */
export function shown({ name, roles, ...settings }: KeySettings): Record<string, unknown> {
  const { permissions, description, expirationDate, allowedIps, rateLimit, metadata, enabled } = settings;
  const names = roles.map((role) => role.name);
  return {
    keyName: name,
    permissions,
    roles: names,
    description,
    expirationDate,
    allowedIps,
    rateLimit,
    metadata,
    enabled,
  };
}

/** What the settings grant, before an owner bounds it. */
export function grantsOf({ permissions, roles }: Pick<KeySettings, 'permissions' | 'roles'>): readonly string[] {
  return ownPermissions({ direct: permissions, roles }).grants;
}

/**
 * Tells whether a key can do anything after the change that it could not before: more permissions, a later end, from
 * elsewhere, more often, or again after it was disabled.
 */
export function widens(before: KeySettings, after: KeySettings): boolean {
  const held = ownPermissions({ direct: before.permissions, roles: before.roles });
  return (
    held.missing(grantsOf(after)).length > 0 ||
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
