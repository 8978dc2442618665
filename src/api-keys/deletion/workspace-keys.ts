import { Injectable } from '@nestjs/common';
import type { Work } from '../../events/work.js';
import type { DeletedWorkspace, WorkspaceContents } from '../../events/workspace-contents.js';
import { deleteKeys } from './delete-keys.js';

const REASON = 'The workspace was deleted.';

/** The keys of a deleted workspace: each is deleted as if alone, with its record and what is left of it. */
@Injectable()
export class WorkspaceKeys implements WorkspaceContents {
  async deleteSome(work: Work, { id: workspaceId, ...by }: DeletedWorkspace, most: number): Promise<boolean> {
    const some = await work.query<{ id: string }>('SELECT id FROM latchkey_api_keys WHERE workspace_id = $1 LIMIT $2', [
      workspaceId,
      most,
    ]);
    await deleteKeys(
      work,
      workspaceId,
      some.map(({ id }) => id),
      { reason: REASON, by },
    );
    return some.length > 0;
  }
}
