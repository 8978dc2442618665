import { Injectable } from '@nestjs/common';
import { FeatureTables } from '../events/feature-tables.js';
import type { Work } from '../events/work.js';
import { UNRESTRICTED, type Restrictions } from '../identity/restrictions.js';
import type { Statements } from './grants.service.js';
import type { HolderType } from './held-grants.js';
import { KeyRestrictions } from './key-restrictions.js';

/** A key or a member that holds a role. */
export interface RoleHolder {
  type: HolderType;
  id: string;
}

/** How many keys and members hold a role. */
export interface RoleHolderCount {
  keys: number;
  members: number;
}

/** Gives roles to keys and members, and tells who holds them. */
@Injectable()
export class RoleHolders {
  constructor(
    private readonly tables: FeatureTables,
    private readonly keyRestrictions: KeyRestrictions,
  ) {}

  /** Makes these the roles of the holder, in this order, whatever it held before. */
  async assign(work: Work, workspaceId: string, { type, id }: RoleHolder, roleIds: readonly string[]): Promise<void> {
    await work.query(
      'DELETE FROM latchkey_role_assignments WHERE workspace_id = $1 AND holder_type = $2 AND holder_id = $3',
      [workspaceId, type, id],
    );
    for (const [position, roleId] of roleIds.entries()) {
      await work.query(
        `INSERT INTO latchkey_role_assignments (workspace_id, holder_type, holder_id, role_id, position)
         VALUES ($1, $2, $3, $4, $5)`,
        [workspaceId, type, id, roleId, position],
      );
    }
  }

  /** The first who hold the role, members before keys. */
  first(statements: Statements, workspaceId: string, roleId: string, limit: number): Promise<RoleHolder[]> {
    return statements.query<RoleHolder>(
      `SELECT holder_type AS type, holder_id AS id FROM latchkey_role_assignments
       WHERE workspace_id = $1 AND role_id = $2 ORDER BY holder_type DESC, holder_id LIMIT ${limit}`,
      [workspaceId, roleId],
    );
  }

  /** The subjects of the first members who hold the role. */
  async members(statements: Statements, workspaceId: string, roleId: string, limit: number): Promise<string[]> {
    const rows = await statements.query<{ subject: string }>(
      `SELECT holder_id AS subject FROM latchkey_role_assignments
       WHERE workspace_id = $1 AND role_id = $2 AND holder_type = 'member' ORDER BY holder_id LIMIT ${limit}`,
      [workspaceId, roleId],
    );
    return rows.map(({ subject }) => subject);
  }

  /** The ids of the first keys that hold the role, or are bound to a member who does. */
  async keys(statements: Statements, workspaceId: string, roleId: string, limit: number): Promise<string[]> {
    const { table, id, owner } = this.tables.holder('apikey');
    const rows = await statements.query<{ id: string }>(
      `SELECT holder_id AS id FROM latchkey_role_assignments
       WHERE workspace_id = $1 AND role_id = $2 AND holder_type = 'apikey'
       UNION
       SELECT key.${id} FROM ${table} key
       JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
         AND assignment.holder_type = 'member' AND assignment.holder_id = key.${owner}
       WHERE key.workspace_id = $1 AND assignment.role_id = $2
       ORDER BY id LIMIT ${limit}`,
      [workspaceId, roleId],
    );
    return rows.map(({ id }) => id);
  }

  /** The subjects of all members who hold the role; who asks for them later waits until this work ends. */
  async lockMembers(work: Work, workspaceId: string, roleId: string): Promise<string[]> {
    const rows = await work.query<{ subject: string }>(
      `SELECT holder_id AS subject FROM latchkey_role_assignments
       WHERE workspace_id = $1 AND role_id = $2 AND holder_type = 'member' ORDER BY holder_id ${work.lock ? 'FOR UPDATE' : ''}`,
      [workspaceId, roleId],
    );
    return rows.map(({ subject }) => subject);
  }

  /** What restricts those who hold the role. Members are not restricted. */
  async restrictions(work: Work, workspaceId: string, roleId: string): Promise<Restrictions[]> {
    const members = await this.members(work, workspaceId, roleId, 1);
    const keys = await this.keyRestrictions.ofHolders(work, workspaceId, roleId);
    return members.length > 0 ? [UNRESTRICTED, ...keys] : keys;
  }

  /** How many hold the role. */
  async count(statements: Statements, workspaceId: string, roleId: string): Promise<RoleHolderCount> {
    const rows = await statements.query<{ type: HolderType; count: number | string }>(
      `SELECT holder_type AS type, COUNT(*) AS count FROM latchkey_role_assignments
       WHERE workspace_id = $1 AND role_id = $2 GROUP BY holder_type`,
      [workspaceId, roleId],
    );
    const countOf = (wanted: HolderType) => Number(rows.find(({ type }) => type === wanted)?.count ?? 0);
    return { keys: countOf('apikey'), members: countOf('member') };
  }
}
