import { Injectable } from '@nestjs/common';
import { builtInRole } from '../auth/built-in-roles.js';
import { UnauthenticatedError } from '../auth/errors.js';
import { PermissionSet } from '../auth/permission-set.js';
import { Authority, type Entitlement } from '../auth/ports.js';
import type { Principal } from '../auth/principal.js';
import { UNRESTRICTED } from '../auth/restrictions.js';
import { nextTurn } from '../common/next-turn.js';
import type { Work } from '../events/work.js';
import { restrictionsOfUsableKey } from './key-restrictions.js';
import { effectivePermissions, type HeldRole, type Holding } from './holding.js';

/** Runs one statement, inside a transaction or outside. */
export interface Statements {
  query<Row>(sql: string, parameters: unknown[]): Promise<Row[]>;
}

type HolderType = 'apikey' | 'member';

interface HolderRow {
  holder: string;
  permissions: string;
  owner: string | null;
  orphaned_date: string | null;
  role_id: string | null;
}

interface RoleRow {
  role_id: string | null;
  role_name: string | null;
  role_permissions: string | null;
}

const MOST_PARAMETERS = 500;

/** Who holds what now, read from the tables: the one place where keys, members and roles are put together. */
@Injectable()
export class GrantsService extends Authority {
  /** What these keys of a workspace were given; unknown ones are absent. */
  ofKeys(statements: Statements, workspaceId: string, ids: readonly string[]): Promise<Map<string, Holding>> {
    return find(statements, 'apikey', workspaceId, ids);
  }

  /** What these members of a workspace were given; unknown ones are absent. */
  ofMembers(statements: Statements, workspaceId: string, subjects: readonly string[]): Promise<Map<string, Holding>> {
    return find(statements, 'member', workspaceId, subjects);
  }

  /** What these keys may do, bounded by what their owners may do. */
  async effectiveOfKeys(
    statements: Statements,
    workspaceId: string,
    holdings: ReadonlyMap<string, Holding>,
  ): Promise<Map<string, PermissionSet>> {
    const subjects = [...new Set([...holdings.values()].flatMap(({ owner }) => owner ?? []))];
    const owners = await this.ofMembers(statements, workspaceId, subjects);
    const effective = new Map<string, PermissionSet>();
    for (const [id, holding] of holdings) {
      // All of a page may have thousands of grants each.
      if (effective.size > 0) await nextTurn();
      const permissions = effectivePermissions(holding, owners.get(holding.owner ?? ''));
      permissions.simplified();
      effective.set(id, permissions);
    }
    return effective;
  }

  /**
   * To be called first by a command that changes what somebody holds already. Such a command locks whom it changes and
   * then its actor: of two that change each other, each would wait for the other until the database ends one.
   */
  async takeTurn(work: Work, workspaceId: string): Promise<void> {
    if (!work.lock) return;
    await work.query('SELECT 1 FROM latchkey_workspaces WHERE id = $1 FOR NO KEY UPDATE', [workspaceId]);
  }

  /** @throws {UnauthenticatedError} if the actor is gone meanwhile, or a key that is disabled, expired or orphaned. */
  async current(work: Work, actor: Principal): Promise<Entitlement> {
    if (actor.isVouchedFor || (actor.type !== 'apikey' && actor.type !== 'user')) {
      return { permissions: actor.permissions, restrictions: UNRESTRICTED };
    }
    const workspaceId = actor.requireWorkspace();
    if (actor.type === 'apikey') return this.currentOfKey(work, workspaceId, actor);
    const member = await lockAndFind(work, 'member', workspaceId, actor.id);
    if (!member) throw new UnauthenticatedError();
    return { permissions: effectivePermissions(member, undefined), restrictions: UNRESTRICTED };
  }

  /** Whether there is this member, who then stays one until this work ends. */
  async keepMember(work: Work, workspaceId: string, subject: string): Promise<boolean> {
    return (await lockAndFind(work, 'member', workspaceId, subject)) !== undefined;
  }

  private async currentOfKey(work: Work, workspaceId: string, { id, owner }: Principal): Promise<Entitlement> {
    // The member before their key, as whoever removes a member.
    if (owner !== null) await lock(work, 'member', workspaceId, owner);
    const key = await lockAndFind(work, 'apikey', workspaceId, id);
    const restrictions = await restrictionsOfUsableKey(work, id);
    if (!key || !restrictions) throw new UnauthenticatedError();
    if (key.owner !== null && key.owner !== owner) await lock(work, 'member', workspaceId, key.owner);
    const effective = await this.effectiveOfKeys(work, workspaceId, new Map([[id, key]]));
    return { permissions: effective.get(id) ?? PermissionSet.none, restrictions };
  }
}

const FROM = {
  apikey: { table: 'latchkey_api_keys', id: 'id', owner: 'holder.owner_subject', orphaned: 'holder.orphaned_date' },
  member: { table: 'latchkey_members', id: 'subject', owner: 'NULL', orphaned: 'NULL' },
} as const;

async function find(
  statements: Statements,
  type: HolderType,
  workspaceId: string,
  ids: readonly string[],
): Promise<Map<string, Holding>> {
  const { table, id, owner, orphaned } = FROM[type];
  const rows = await inParts(ids, (some) =>
    statements.query<HolderRow>(
      `SELECT holder.${id} AS holder, holder.permissions, ${owner} AS owner, ${orphaned} AS orphaned_date,
         assignment.role_id
       FROM ${table} holder
       LEFT JOIN latchkey_role_assignments assignment ON assignment.workspace_id = holder.workspace_id
         AND assignment.holder_type = '${type}' AND assignment.holder_id = holder.${id}
       WHERE holder.workspace_id = $1 AND holder.${id} IN (${placesOf(some)})
       ORDER BY assignment.position`,
      [workspaceId, ...some],
    ),
  );
  return holdingsOf(rows, await rolesOf(statements, workspaceId, rows));
}

/** The roles that are held, each read once however many hold it. */
async function rolesOf(
  statements: Statements,
  workspaceId: string,
  rows: readonly HolderRow[],
): Promise<Map<string, HeldRole>> {
  const ids = [...new Set(rows.flatMap(({ role_id: id }) => id ?? []))];
  const found = await inParts(
    ids.filter((id) => !builtInRole(id)),
    (some) =>
      statements.query<RoleRow>(
        `SELECT id AS role_id, name AS role_name, permissions AS role_permissions FROM latchkey_roles
         WHERE workspace_id = $1 AND id IN (${placesOf(some)})`,
        [workspaceId, ...some],
      ),
  );
  const builtIn = ids
    .filter((id) => builtInRole(id))
    .map((id) => ({ role_id: id, role_name: null, role_permissions: null }));
  const roles = [...builtIn, ...found].flatMap((row) => roleOf(row) ?? []);
  return new Map(roles.map((role) => [role.id, role]));
}

async function inParts<Row>(
  ids: readonly string[],
  query: (some: readonly string[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += MOST_PARAMETERS) {
    for (const row of await query(ids.slice(at, at + MOST_PARAMETERS))) rows.push(row);
  }
  return rows;
}

/** `$2, $3 …`, next to the workspace's `$1`. */
function placesOf(ids: readonly string[]): string {
  return ids.map((_, at) => `$${at + 2}`).join(', ');
}

function holdingsOf(rows: readonly HolderRow[], roles: ReadonlyMap<string, HeldRole>): Map<string, Holding> {
  const holdings = new Map<string, Holding & { roles: HeldRole[] }>();
  for (const { holder, permissions, owner, orphaned_date: orphaned, role_id: id } of rows) {
    const isOrphaned = orphaned !== null;
    const known = holdings.get(holder) ?? { direct: JSON.parse(permissions) as string[], owner, isOrphaned, roles: [] };
    const role = roles.get(id ?? '');
    if (role) known.roles.push(role);
    holdings.set(holder, known);
  }
  return holdings;
}

/** The role of a row that joins a holder with one of its roles. */
export function roleOf(row: RoleRow): HeldRole | undefined {
  if (row.role_id === null) return undefined;
  if (row.role_name !== null && row.role_permissions !== null) {
    return { id: row.role_id, name: row.role_name, permissions: JSON.parse(row.role_permissions) as string[] };
  }
  const builtIn = builtInRole(row.role_id);
  return builtIn && { id: builtIn.name, ...builtIn };
}

async function lockAndFind(
  work: Work,
  type: HolderType,
  workspaceId: string,
  id: string,
): Promise<Holding | undefined> {
  await lock(work, type, workspaceId, id);
  return (await find(work, type, workspaceId, [id])).get(id);
}

/** Keeps what a holder was given, and its roles, as they are until this transaction ends. */
async function lock(work: Work, type: HolderType, workspaceId: string, id: string): Promise<void> {
  if (work.shareLock === '') return;
  const { table, id: column } = FROM[type];
  await work.query(`SELECT 1 FROM ${table} WHERE workspace_id = $1 AND ${column} = $2 ${work.shareLock}`, [
    workspaceId,
    id,
  ]);
  await work.query(
    `SELECT 1 FROM latchkey_roles WHERE id IN (
       SELECT role_id FROM latchkey_role_assignments WHERE workspace_id = $1 AND holder_type = '${type}' AND holder_id = $2
     ) ORDER BY id ${work.shareLock}`,
    [workspaceId, id],
  );
}
