import { changesBetween } from '../../events/changes.js';
import type { Attribution, Work } from '../../events/work.js';
import { ApiKeyDeleted } from '../events.js';
import { deleteWords, type WordOfKey } from '../search/key-words.js';
import { fromSearchName } from '../search/search-words.js';

interface DeletedRow {
  id: string;
  name: string;
  permissions: string;
  searchName: string;
}

export interface KeysDeletion {
  reason: string;
  /** Who deletes them, and when, if that is not this command. */
  by?: Attribution;
}

const MOST_AT_ONCE = 500;

/**
 * Deletes many keys as if each alone: with its record, and its tombstone. The roles that were assigned to them are left to
 * be taken away.
 *
 * @param ids of keys of this workspace, which stay as they are until the commit
 */
export async function deleteKeys(
  work: Work,
  workspaceId: string,
  ids: readonly string[],
  deletion: KeysDeletion,
): Promise<void> {
  for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
    await deleteSome(work, workspaceId, ids.slice(at, at + MOST_AT_ONCE), deletion);
  }
}

async function deleteSome(
  work: Work,
  workspaceId: string,
  ids: readonly string[],
  { reason, by }: KeysDeletion,
): Promise<void> {
  const places = (before: number) => ids.map((_, at) => `$${before + at + 1}`).join(', ');
  await work.query(
    `INSERT INTO latchkey_deleted_keys (hash, key_id, key_name, workspace_id, deleted_date)
     SELECT hash, id, name, workspace_id, $1 FROM latchkey_api_keys WHERE id IN (${places(1)})`,
    [(by ?? work).date.toISOString(), ...ids],
  );
  const deleted = await work.query<DeletedRow>(
    `DELETE FROM latchkey_api_keys WHERE id IN (${places(0)})
     RETURNING id, name, permissions, search_name AS "searchName"`,
    [...ids],
  );
  const words = deleted.flatMap(({ id, searchName }) =>
    fromSearchName(searchName).map((word): WordOfKey => [word, id]),
  );
  await deleteWords(work, workspaceId, words);
  for (const { id, name, permissions } of deleted) {
    const was = { keyName: name, permissions: JSON.parse(permissions) as string[] };
    work.record(new ApiKeyDeleted({ id, name, workspaceId }, changesBetween(was, {}), reason), by);
  }
}
