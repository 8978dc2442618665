import { Injectable } from '@nestjs/common';
import type { Work } from '../events/work.js';
import type { WorkspaceContents } from '../workspaces/workspace-contents.js';
import { deleteKeys } from './delete-keys.js';

/** The keys of a workspace, when it goes: each is deleted as if alone, with its record and what is left of it. */
@Injectable()
export class WorkspaceKeys implements WorkspaceContents {
  async deleteAll(work: Work, workspaceId: string): Promise<void> {
    await deleteKeys(work, { workspaceId }, 'The workspace was deleted.');
  }
}
