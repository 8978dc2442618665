import { PermissionSet } from '../identity/permission-set.js';

/** Who may hold permissions and roles. */
export type HolderType = 'apikey' | 'member';

/** A role that somebody holds. */
export interface HeldRole {
  /** Of a built-in role, its name. */
  id: string;
  name: string;
  permissions: readonly string[];
}

/** What a key or a member was given, in person and by roles. */
export interface Given {
  direct: readonly string[];
  roles: readonly HeldRole[];
}

/** What a key or a member was given, and what bounds it. */
export interface HeldGrants extends Given {
  /** Of a key: the subject of the member it is bound to, if it is. */
  owner: string | null;
  /** Of a key: whether that member was removed. */
  isOrphaned: boolean;
}

/** What a holding adds up to, before its owner bounds it. */
export function ownPermissions({ direct, roles }: Given): PermissionSet {
  return new PermissionSet([...direct, ...roles.flatMap(({ permissions }) => permissions)]);
}

/**
 * Whether something is given by a change: a role, or a permission that is not part of one which the change takes away.
 * What was given stays when the rest is taken, so it does not matter whether it lets the holder do more now.
 */
export function grantsMore(before: Given, after: Given): boolean {
  const roles = new Set(before.roles.map(({ id }) => id));
  if (after.roles.some(({ id }) => !roles.has(id))) return true;
  const taken = new PermissionSet(before.direct.filter((grant) => !after.direct.includes(grant)));
  return taken.missing(after.direct.filter((grant) => !before.direct.includes(grant))).length > 0;
}

/**
 * What a holder may do: what it was given; of a key that is bound to a member, no more than that member may do now; of
 * an orphaned key, nothing.
 */
export function effectivePermissions(holding: HeldGrants, owner: HeldGrants | undefined): PermissionSet {
  if (holding.isOrphaned) return PermissionSet.none;
  const own = ownPermissions(holding);
  if (holding.owner === null) return own;
  return owner ? own.intersect(ownPermissions(owner)) : PermissionSet.none;
}
