import { Injectable } from '@nestjs/common';
import { builtInRole } from '../identity/built-in-roles.js';
import { UnauthenticatedError } from '../identity/errors.js';
import { PermissionSet } from '../identity/permission-set.js';
import { Authority, type Entitlement } from '../identity/ports.js';
import type { Principal } from '../identity/principal.js';
import { UNRESTRICTED } from '../identity/restrictions.js';
import { mapInTurns, Turn } from '../kernel/next-turn.js';
import { queueToShare } from '../database/fair-locks.js';
import { FeatureTables } from '../events/feature-tables.js';
import type { Work } from '../events/work.js';
import { KeyRestrictions } from './key-restrictions.js';
import { effectivePermissions, type HeldRole, type HolderType, type HeldGrants } from './held-grants.js';

/** Runs one statement, inside a transaction or outside. */
export interface Statements {
  query<Row>(sql: string, parameters: unknown[]): Promise<Row[]>;
}

/** Of a holder one row, and then one for each of its roles: what it was given may be long. */
interface HolderRow {
  holder: string;
  /** Null in the rows of its roles. */
  permissions: string | null;
  owner: string | null;
  orphaned_date: string | null;
  role_id: string | null;
}

/** One of the roles of a holder. */
export interface RoleRow {
  role_id: string | null;
  role_name: string | null;
  role_permissions: string | null;
}

/** Holders, or roles, that are read by one statement: each may have much, and rows arrive all at once. */
const MOST_AT_ONCE = 50;

/** Who holds what now, read from the tables: the one place where keys, members and roles are put together. */
@Injectable()
export class GrantsService extends Authority {
  constructor(
    private readonly tables: FeatureTables,
    private readonly restrictions: KeyRestrictions,
  ) {
    super();
  }

  /** What these keys of a workspace were given; unknown ones are absent. */
  ofKeys(statements: Statements, workspaceId: string, ids: readonly string[]): Promise<Map<string, HeldGrants>> {
    return this.find(statements, 'apikey', workspaceId, ids);
  }

  /** What these members of a workspace were given; unknown ones are absent. */
  ofMembers(
    statements: Statements,
    workspaceId: string,
    subjects: readonly string[],
  ): Promise<Map<string, HeldGrants>> {
    return this.find(statements, 'member', workspaceId, subjects);
  }

  /** What these keys may do, bounded by what their owners may do. */
  async effectiveOfKeys(
    statements: Statements,
    workspaceId: string,
    holdings: ReadonlyMap<string, HeldGrants>,
  ): Promise<Map<string, PermissionSet>> {
    const subjects = [...new Set([...holdings.values()].flatMap(({ owner }) => owner ?? []))];
    const owners = await this.ofMembers(statements, workspaceId, subjects);
    const effective = new Map<string, PermissionSet>();
    const turn = new Turn();
    for (const [id, holding] of holdings) {
      // All of a page may have thousands of grants each.
      if (turn.isOver) await turn.next();
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
  async takeTurn(work: Work, actor: Principal): Promise<void> {
    if (!work.lock) return;
    const workspaceId = actor.requireWorkspace();
    await work.query(`SELECT 1 FROM ${this.tables.workspaces} WHERE id = $1 FOR NO KEY UPDATE`, [workspaceId]);
    await this.queue(work, actor);
  }

  /**
   * To be called first by a command that gives away what its actor holds. Who asked before to change the actor comes
   * first; who asks later waits for those before them alone, however many come after.
   */
  async queue(work: Work, { type, id, owner, workspaceId }: Principal): Promise<void> {
    if (workspaceId === null || (type !== 'apikey' && type !== 'user')) return;
    const member = type === 'user' ? id : owner;
    const key = type === 'apikey' ? [id] : [];
    await work.queueToShare([...(member === null ? [] : [memberQueue(workspaceId, member)]), ...key]);
  }

  /** @throws {UnauthenticatedError} if the actor is gone meanwhile, or a key that is disabled, expired or orphaned. */
  async current(work: Work, actor: Principal): Promise<Entitlement> {
    if (actor.isVouchedFor || (actor.type !== 'apikey' && actor.type !== 'user')) {
      return { permissions: actor.permissions, owner: actor.owner, restrictions: UNRESTRICTED };
    }
    const workspaceId = actor.requireWorkspace();
    if (actor.type === 'apikey') return this.currentOfKey(work, workspaceId, actor);
    const member = await this.lockAndFind(work, 'member', workspaceId, actor.id);
    if (!member) throw new UnauthenticatedError();
    return { permissions: effectivePermissions(member, undefined), owner: actor.id, restrictions: UNRESTRICTED };
  }

  /** Whether there is this member, who then stays one until this work ends. */
  async keepMember(work: Work, workspaceId: string, subject: string): Promise<boolean> {
    return (await this.lockAndFind(work, 'member', workspaceId, subject)) !== undefined;
  }

  private async currentOfKey(work: Work, workspaceId: string, { id, owner }: Principal): Promise<Entitlement> {
    // The member before their key, as whoever removes a member.
    if (owner !== null) await this.lock(work, 'member', workspaceId, owner);
    const key = await this.lockAndFind(work, 'apikey', workspaceId, id);
    const restrictions = await this.restrictions.ofUsableKey(work, id);
    if (!key || !restrictions) throw new UnauthenticatedError();
    if (key.owner !== null && key.owner !== owner) await this.lock(work, 'member', workspaceId, key.owner);
    const effective = await this.effectiveOfKeys(work, workspaceId, new Map([[id, key]]));
    return { permissions: effective.get(id) ?? PermissionSet.none, owner: key.owner, restrictions };
  }

  private async find(
    statements: Statements,
    type: HolderType,
    workspaceId: string,
    ids: readonly string[],
  ): Promise<Map<string, HeldGrants>> {
    const { table, id, hasUniqueIds, owner, orphaned } = this.tables.holder(type);
    // Not by an index. For many ids, SQLite would rather go through all keys of the workspace.
    const workspace = hasUniqueIds ? "holder.workspace_id || ''" : 'holder.workspace_id';
    const columnOf = (name: string | undefined) => (name === undefined ? 'NULL' : `holder.${name}`);
    // One statement, so that a change shows whole.
    const rows = await inParts(ids, (some) =>
      statements.query<HolderRow>(
        `SELECT holder.${id} AS holder, holder.permissions, ${columnOf(owner)} AS owner, ${columnOf(orphaned)} AS orphaned_date,
           NULL AS role_id, -1 AS position
         FROM ${table} holder WHERE ${workspace} = $1 AND holder.${id} IN (${placesOf(some)})
         UNION ALL
         SELECT holder_id, NULL, NULL, NULL, role_id, position FROM latchkey_role_assignments
         WHERE workspace_id = $1 AND holder_type = '${type}' AND holder_id IN (${placesOf(some)})
         ORDER BY position`,
        [workspaceId, ...some],
      ),
    );
    return holdingsOf(rows, await this.rolesOf(statements, workspaceId, rows));
  }

  /** The roles that are held, each read once however many hold it. */
  private async rolesOf(
    statements: Statements,
    workspaceId: string,
    rows: readonly HolderRow[],
  ): Promise<Map<string, HeldRole>> {
    const ids = [...new Set(rows.flatMap(({ role_id: id }) => id ?? []))];
    const { table, id: column, name } = this.tables.holder('role');
    const found = await inParts(
      ids.filter((id) => !builtInRole(id)),
      (some) =>
        statements.query<RoleRow>(
          `SELECT ${column} AS role_id, ${name} AS role_name, permissions AS role_permissions FROM ${table}
           WHERE workspace_id = $1 AND ${column} IN (${placesOf(some)})`,
          [workspaceId, ...some],
        ),
    );
    const builtIn = ids
      .filter((id) => builtInRole(id))
      .map((id) => ({ role_id: id, role_name: null, role_permissions: null }));
    const roles = await mapInTurns([...builtIn, ...found], roleOf);
    return new Map(roles.flatMap((role) => (role ? [[role.id, role]] : [])));
  }

  private async lockAndFind(
    work: Work,
    type: HolderType,
    workspaceId: string,
    id: string,
  ): Promise<HeldGrants | undefined> {
    await this.lock(work, type, workspaceId, id);
    return (await this.find(work, type, workspaceId, [id])).get(id);
  }

  /** Keeps what a holder was given, and its roles, as they are until this transaction ends. */
  private async lock(work: Work, type: HolderType, workspaceId: string, id: string): Promise<void> {
    if (work.shareLock === '') return;
    const { table, id: column } = this.tables.holder(type);
    await work.query(
      `WITH queue AS MATERIALIZED (SELECT ${queueToShare('$1')})
       SELECT 1 FROM queue, ${table} holder WHERE workspace_id = $2 AND ${column} = $3 ${work.shareLock} OF holder`,
      [type === 'member' ? memberQueue(workspaceId, id) : id, workspaceId, id],
    );
    const roles = await work.query<{ id: string }>(
      `SELECT role_id AS id FROM latchkey_role_assignments
       WHERE workspace_id = $1 AND holder_type = '${type}' AND holder_id = $2 ORDER BY role_id`,
      [workspaceId, id],
    );
    await this.lockRoles(
      work,
      roles.map((role) => role.id).filter((role) => !builtInRole(role)),
    );
  }

  /** Keeps roles of a workspace's own as they are until this transaction ends. @param ids in order */
  private async lockRoles(work: Work, ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { table, id: column } = this.tables.holder('role');
    const places = ids.map((_, at) => `$${at + 1}`);
    await work.query(
      `WITH queue AS MATERIALIZED (SELECT ${places.map(queueToShare).join(', ')})
       SELECT 1 FROM queue, ${table} role WHERE ${column} IN (${places.join(', ')}) ORDER BY ${column} ${work.shareLock} OF role`,
      [...ids],
    );
  }
}

async function inParts<Row>(
  ids: readonly string[],
  query: (some: readonly string[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = [];
  for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
    for (const row of await query(ids.slice(at, at + MOST_AT_ONCE))) rows.push(row);
  }
  return rows;
}

/** `$2, $3 …`, next to the workspace's `$1`. */
function placesOf(ids: readonly string[]): string {
  return ids.map((_, at) => `$${at + 2}`).join(', ');
}

async function holdingsOf(
  rows: readonly HolderRow[],
  roles: ReadonlyMap<string, HeldRole>,
): Promise<Map<string, HeldGrants>> {
  const holdings = new Map<string, HeldGrants & { roles: HeldRole[] }>();
  await mapInTurns(rows, ({ holder, permissions, owner, orphaned_date: orphaned, role_id: id }) => {
    if (permissions !== null) {
      const direct = JSON.parse(permissions) as string[];
      holdings.set(holder, { direct, owner, isOrphaned: orphaned !== null, roles: [] });
      return;
    }
    // Assignments of one that is not there itself do not make it a holder.
    const role = roles.get(id ?? '');
    if (role) holdings.get(holder)?.roles.push(role);
  });
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

/** For {@link Work.queueToChange}: subjects are no ids. */
export function memberQueue(workspaceId: string, subject: string): string {
  return `member ${workspaceId} ${subject}`;
}
