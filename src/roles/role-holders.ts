import { Injectable } from '@nestjs/common';
import type { Statements } from '../grants/grants.service.js';
import type { Work } from '../events/work.js';
import type { HolderType } from './role-assignment.entity.js';

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
