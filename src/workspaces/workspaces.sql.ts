import type { PreparedRead } from '../database/prepared-read.js';

/** SQL: whether there is a workspace with this id. @param id SQL of text */
export function isWorkspace(id: string): string {
  return `EXISTS (SELECT 1 FROM latchkey_workspaces WHERE id = ${id})`;
}

/** SQL: whether the workspace with this id was deleted, and what was in it is not all removed yet. @param id SQL of text */
export function isBeingRemoved(id: string): string {
  return `(SELECT deleted_date FROM latchkey_workspace_deletions WHERE workspace_id = ${id}) IS NOT NULL`;
}

/** Needs the tables, so it fails without the store: SQLite answers what needs no file even when the file is gone. */
export const ANY_WORKSPACE: PreparedRead = { sql: 'SELECT id FROM latchkey_workspaces LIMIT 1' };
