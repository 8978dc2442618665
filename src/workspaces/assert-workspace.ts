import { WorkspaceNotFoundError } from '../events/errors.js';
import type { Database } from '../database/database.js';
import { isWorkspace } from './workspaces.sql.js';

/**
 * To be asked where nothing was found: the code of a host may act in a workspace that there is none of.
 *
 * @throws {WorkspaceNotFoundError}
 */
export async function assertWorkspace(database: Database, workspaceId: string): Promise<void> {
  const found = await database
    .readsOf(workspaceId)
    .query(`SELECT 1 AS found WHERE ${isWorkspace('$1')}`, [workspaceId]);
  if (found.length === 0) throw new WorkspaceNotFoundError();
}
