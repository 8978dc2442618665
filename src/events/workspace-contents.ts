import type { Attribution, Work } from '../events/work.js';

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
