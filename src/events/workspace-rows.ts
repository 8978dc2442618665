import type { WorkspaceTable } from './feature-tables.js';
import type { Work } from './work.js';
import type { DeletedWorkspace, WorkspaceContents } from './workspace-contents.js';

/** The rows of a deleted workspace in one table. The record of the workspace's deletion stands for all of them. */
export class WorkspaceRows implements WorkspaceContents {
  constructor(private readonly rows: WorkspaceTable) {}

  async deleteSome(work: Work, { id }: DeletedWorkspace, most: number): Promise<boolean> {
    const { table, key } = this.rows;
    const deleted = await work.query(
      `DELETE FROM ${table} WHERE workspace_id = $1 AND (${key}) IN (
         SELECT ${key} FROM ${table} WHERE workspace_id = $1 LIMIT $2
       ) RETURNING workspace_id`,
      [id, most],
    );
    return deleted.length > 0;
  }
}
