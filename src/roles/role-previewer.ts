import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../identity/permission-set.js';
import { Turn } from '../kernel/next-turn.js';
import type { Work } from '../events/work.js';
import { GrantsService } from '../grants/grants.service.js';
import { effectivePermissions, type HeldRole, type HolderType, type HeldGrants } from '../grants/held-grants.js';
import { RoleHolders } from '../grants/role-holders.js';
import type { Role } from './role.entity.js';

/** What a change of a role would do to one who holds it, or whose owner does. */
export interface RoleEffect {
  type: HolderType;
  id: string;
  gains: string[];
  loses: string[];
}

/** Of how many holders that is told. */
export interface RoleEffects {
  effects: RoleEffect[];
  /** Whether all holders were looked at, not only the first 100 members and the first 100 keys. */
  complete: boolean;
}

const MOST_OF_A_TYPE = 100;

/** Works out what a change of a role would do, without making it. */
@Injectable()
export class RolePreviewer {
  constructor(
    private readonly grants: GrantsService,
    private readonly holders: RoleHolders,
  ) {}

  /**
   * The keys and members whose permissions would change.
   *
   * @param permissions that the role would have
   * @param names of all permissions there are
   */
  async effects(
    work: Work,
    role: Role,
    permissions: readonly string[],
    names: readonly string[],
  ): Promise<RoleEffects> {
    const { workspaceId } = role;
    // One more if there are more than are looked at.
    const subjects = await this.holders.members(work, workspaceId, role.id, MOST_OF_A_TYPE + 1);
    const ids = await this.holders.keys(work, workspaceId, role.id, MOST_OF_A_TYPE + 1);
    const members = await this.grants.ofMembers(work, workspaceId, subjects.slice(0, MOST_OF_A_TYPE));
    const keys = await this.grants.ofKeys(work, workspaceId, ids.slice(0, MOST_OF_A_TYPE));
    const bindings = [...keys.values()].flatMap(({ owner }) => owner ?? []);
    const owners = await this.grants.ofMembers(work, workspaceId, [...new Set(bindings)]);
    const changed = { ...role, permissions };
    const affected = differences(role, changed, names);

    const effects: RoleEffect[] = [];
    const turn = new Turn();
    const add = async (type: HolderType, id: string, holding: HeldGrants): Promise<void> => {
      // A holder may have thousands of grants.
      if (turn.isOver) await turn.next();
      const owner = owners.get(holding.owner ?? '');
      const before = effectivePermissions(holding, owner);
      const after = effectivePermissions(withRole(holding, changed), owner && withRole(owner, changed));
      const [gains, loses] = [onlyIn(after, before, affected), onlyIn(before, after, affected)];
      if (gains.length + loses.length > 0) effects.push({ type, id, gains, loses });
    };
    for (const [id, holding] of members) await add('member', id, holding);
    for (const [id, holding] of keys) await add('apikey', id, holding);
    return { effects, complete: Math.max(subjects.length, ids.length) <= MOST_OF_A_TYPE };
  }
}

/** The permissions that the role itself would gain or lose: no holder gains or loses another. */
function differences(before: HeldRole, after: HeldRole, names: readonly string[]): string[] {
  const [one, other] = [new PermissionSet(before.permissions), new PermissionSet(after.permissions)];
  return names.filter((name) => one.has(name) !== other.has(name));
}

function withRole(holding: HeldGrants, role: HeldRole): HeldGrants {
  return { ...holding, roles: holding.roles.map((held) => (held.id === role.id ? role : held)) };
}

function onlyIn(one: PermissionSet, other: PermissionSet, names: readonly string[]): string[] {
  return names.filter((name) => one.has(name) && !other.has(name));
}
