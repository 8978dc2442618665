import { Injectable } from '@nestjs/common';
import type { Work } from '../events/work.js';
import type { DeletedWorkspace, WorkspaceContents } from '../events/workspace-contents.js';

/** By what their rows are told apart within a workspace. */
const TABLES = {
  role_assignments: 'holder_type, holder_id, role_id',
  members: 'subject',
  roles: 'id',
  permissions: 'name',
};

/** Who might do what in a deleted workspace. The record of the workspace's deletion stands for all of it. */
@Injectable()
export class WorkspaceGrants implements WorkspaceContents {
  async deleteSome(work: Work, { id }: DeletedWorkspace, most: number): Promise<boolean> {
    for (const [table, key] of Object.entries(TABLES)) {
      const deleted = await work.query(
        `DELETE FROM latchkey_${table} WHERE workspace_id = $1 AND (${key}) IN (
           SELECT ${key} FROM latchkey_${table} WHERE workspace_id = $1 LIMIT $2
         ) RETURNING workspace_id`,
        [id, most],
      );
      if (deleted.length > 0) return true;
    }
    return false;
  }
}
