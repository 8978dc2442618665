import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../identity/permission-set.js';
import { Turn } from '../kernel/next-turn.js';
import type { Work } from '../events/work.js';
import { GrantsService } from '../grants/grants.service.js';
import { effectivePermissions, type HeldRole, type Holding } from '../grants/holding.js';
import type { HolderType } from './role-assignment.entity.js';
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
  constructor(private readonly grants: GrantsService) {}

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
    const subjects = await membersWith(work, role);
    const ids = await keysWith(work, role);
    const members = await this.grants.ofMembers(work, workspaceId, subjects.slice(0, MOST_OF_A_TYPE));
    const keys = await this.grants.ofKeys(work, workspaceId, ids.slice(0, MOST_OF_A_TYPE));
    const bindings = [...keys.values()].flatMap(({ owner }) => owner ?? []);
    const owners = await this.grants.ofMembers(work, workspaceId, [...new Set(bindings)]);
    const changed = { ...role, permissions };
    const affected = differences(role, changed, names);

    const effects: RoleEffect[] = [];
    const turn = new Turn();
    const add = async (type: HolderType, id: string, holding: Holding): Promise<void> => {
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

function withRole(holding: Holding, role: HeldRole): Holding {
  return { ...holding, roles: holding.roles.map((held) => (held.id === role.id ? role : held)) };
}

function onlyIn(one: PermissionSet, other: PermissionSet, names: readonly string[]): string[] {
  return names.filter((name) => one.has(name) && !other.has(name));
}

/** The first members that hold the role, and one more if there are more than are looked at. */
async function membersWith(work: Work, { workspaceId, id }: Role): Promise<string[]> {
  const rows = await work.query<{ subject: string }>(
    `SELECT holder_id AS subject FROM latchkey_role_assignments
     WHERE workspace_id = $1 AND role_id = $2 AND holder_type = 'member'
     ORDER BY holder_id LIMIT ${MOST_OF_A_TYPE + 1}`,
    [workspaceId, id],
  );
  return rows.map(({ subject }) => subject);
}

/** The same of keys that hold the role, or are bound to a member who does. */
async function keysWith(work: Work, { workspaceId, id }: Role): Promise<string[]> {
  const rows = await work.query<{ id: string }>(
    `SELECT holder_id AS id FROM latchkey_role_assignments
     WHERE workspace_id = $1 AND role_id = $2 AND holder_type = 'apikey'
     UNION
     SELECT key.id FROM latchkey_api_keys key
     JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
       AND assignment.holder_type = 'member' AND assignment.holder_id = key.owner_subject
     WHERE key.workspace_id = $1 AND assignment.role_id = $2
     ORDER BY id LIMIT ${MOST_OF_A_TYPE + 1}`,
    [workspaceId, id],
  );
  return rows.map((row) => row.id);
}
