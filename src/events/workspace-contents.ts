import type { WorkspaceTable } from './feature-tables.js';
import type { Attribution, Work } from './work.js';

/** A workspace that was deleted: by whom, and when. */
export interface DeletedWorkspace extends Attribution {
  readonly id: string;
}

/** Something that belongs to workspaces, and goes after them. */
export interface WorkspaceContents {
  /**
   * Deletes some of what is left of it, and records what must be on the trail.
   *
   * @param most how many rows: others wait for the locks
   * @returns whether there was any left.
   */
  deleteSome(work: Work, workspace: DeletedWorkspace, most: number): Promise<boolean>;
}

/** Everything that belongs to workspaces, in an order in which it can be deleted. */
export const WORKSPACE_CONTENTS = Symbol('WORKSPACE_CONTENTS');

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
