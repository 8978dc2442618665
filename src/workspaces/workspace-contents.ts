import type { Work } from '../events/work.js';

/** Something that belongs to workspaces, and goes with them. */
export interface WorkspaceContents {
  /** Deletes all of it that is in the workspace, and records what must be on the trail. */
  deleteAll(work: Work, workspaceId: string): Promise<void>;
}

/** Everything that belongs to workspaces, in an order in which it can be deleted. */
export const WORKSPACE_CONTENTS = Symbol('WORKSPACE_CONTENTS');
