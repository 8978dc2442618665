import { Injectable } from '@nestjs/common';
import type { PermissionSet } from '../auth/permission-set.js';
import type { Work } from '../events/work.js';
import { GrantsService } from '../grants/grants.service.js';
import { effectivePermissions, type HeldRole, type Holding } from '../grants/holding.js';
import type { HolderType } from './role-assignment.entity.js';
import { RoleHolders } from './role-holders.js';

/** What a change of a role would do to one who holds it, or whose owner does. */
export interface RoleEffect {
  type: HolderType;
  id: string;
  gains: string[];
  loses: string[];
}

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
   * @param role as it would be
   * @param names of all permissions there are
   */
  async effects(work: Work, workspaceId: string, role: HeldRole, names: readonly string[]): Promise<RoleEffect[]> {
    const holders = await this.holders.of(work, workspaceId, role.id);
    const idsOf = (wanted: HolderType) => holders.filter(({ type }) => type === wanted).map(({ id }) => id);
    const members = await this.grants.ofMembers(work, workspaceId, idsOf('member'));
    const bound = await keysOfMembers(work, workspaceId, role.id);
    const keys = await this.grants.ofKeys(work, workspaceId, [...new Set([...idsOf('apikey'), ...bound])]);
    const subjects = [...keys.values()].flatMap(({ owner }) => owner ?? []);
    const owners = await this.grants.ofMembers(work, workspaceId, [...new Set(subjects)]);

    const effect = (type: HolderType, id: string, holding: Holding): RoleEffect => {
      const owner = owners.get(holding.owner ?? '');
      const before = effectivePermissions(holding, owner);
      const after = effectivePermissions(withRole(holding, role), owner && withRole(owner, role));
      return { type, id, gains: onlyIn(after, before, names), loses: onlyIn(before, after, names) };
    };
    return [
      ...[...members].map(([id, holding]) => effect('member', id, holding)),
      ...[...keys].map(([id, holding]) => effect('apikey', id, holding)),
    ].filter(({ gains, loses }) => gains.length + loses.length > 0);
  }
}

function withRole(holding: Holding, role: HeldRole): Holding {
  return { ...holding, roles: holding.roles.map((held) => (held.id === role.id ? role : held)) };
}

function onlyIn(one: PermissionSet, other: PermissionSet, names: readonly string[]): string[] {
  return names.filter((name) => one.has(name) && !other.has(name));
}

/** The keys that are bound to a member who holds the role. */
async function keysOfMembers(work: Work, workspaceId: string, roleId: string): Promise<string[]> {
  const rows = await work.query<{ id: string }>(
    `SELECT key.id FROM latchkey_api_keys key
     JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
       AND assignment.holder_type = 'member' AND assignment.holder_id = key.owner_subject
     WHERE key.workspace_id = $1 AND assignment.role_id = $2`,
    [workspaceId, roleId],
  );
  return rows.map(({ id }) => id);
}
