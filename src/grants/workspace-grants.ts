import { Injectable } from '@nestjs/common';
import type { Work } from '../events/work.js';
import type { WorkspaceContents } from '../workspaces/workspace-contents.js';

const TABLES = ['role_assignments', 'members', 'roles', 'permissions'];

/** Who may do what in a workspace, when it goes. The record of the workspace's deletion stands for all of it. */
@Injectable()
export class WorkspaceGrants implements WorkspaceContents {
  async deleteAll(work: Work, workspaceId: string): Promise<void> {
    for (const table of TABLES) {
      await work.query(`DELETE FROM latchkey_${table} WHERE workspace_id = $1`, [workspaceId]);
    }
  }
}
