import { Injectable } from '@nestjs/common';
import { changesBetween } from '../events/changes.js';
import type { Work } from '../events/work.js';
import type { WorkspaceContents } from '../workspaces/workspace-contents.js';
import { ApiKeyDeleted } from './events.js';

interface DeletedRow {
  id: string;
  name: string;
  permissions: string;
}

/** The keys of a workspace, when it goes: each is deleted as if alone, with its record and what is left of it. */
@Injectable()
export class WorkspaceKeys implements WorkspaceContents {
  async deleteAll(work: Work, workspaceId: string): Promise<void> {
    await work.query(
      `INSERT INTO latchkey_deleted_keys (hash, key_id, key_name, workspace_id, deleted_date)
       SELECT hash, id, name, workspace_id, $1 FROM latchkey_api_keys WHERE workspace_id = $2`,
      [work.date.toISOString(), workspaceId],
    );
    const deleted = await work.query<DeletedRow>(
      'DELETE FROM latchkey_api_keys WHERE workspace_id = $1 RETURNING id, name, permissions',
      [workspaceId],
    );
    for (const { id, name, permissions } of deleted) {
      const was = { keyName: name, permissions: JSON.parse(permissions) as string[] };
      work.record(new ApiKeyDeleted({ id, name, workspaceId }, changesBetween(was, {}), 'The workspace was deleted.'));
    }
  }
}
