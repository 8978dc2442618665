import { changesBetween } from '../events/changes.js';
import type { Work } from '../events/work.js';
import { ApiKeyDeleted } from './events.js';
import { deleteWords, type WordOfKey } from './key-words.js';
import { fromSearchName } from './search-words.js';

interface DeletedRow {
  id: string;
  name: string;
  permissions: string;
  searchName: string;
}

/** Which keys of a workspace. */
export interface KeySelection {
  workspaceId: string;
  /** Only those that are bound to this member now. */
  owner?: string;
}

/**
 * Deletes many keys as if each alone: with its record, and its tombstone. The roles that were assigned to them are left to
 * be taken away.
 *
 * @returns their ids
 */
export async function deleteKeys(work: Work, { workspaceId, owner }: KeySelection, reason: string): Promise<string[]> {
  const selected = owner === undefined ? [workspaceId] : [workspaceId, owner];
  const selection = (first: number) =>
    owner === undefined
      ? `workspace_id = $${first}`
      : `workspace_id = $${first} AND owner_subject = $${first + 1} AND orphaned_date IS NULL`;
  await work.query(
    `INSERT INTO latchkey_deleted_keys (hash, key_id, key_name, workspace_id, deleted_date)
     SELECT hash, id, name, workspace_id, $1 FROM latchkey_api_keys WHERE ${selection(2)}`,
    [work.date.toISOString(), ...selected],
  );
  const deleted = await work.query<DeletedRow>(
    `DELETE FROM latchkey_api_keys WHERE ${selection(1)} RETURNING id, name, permissions, search_name AS "searchName"`,
    selected,
  );
  const words = deleted.flatMap(({ id, searchName }) =>
    fromSearchName(searchName).map((word): WordOfKey => [word, id]),
  );
  await deleteWords(work, workspaceId, words);
  for (const { id, name, permissions } of deleted) {
    const was = { keyName: name, permissions: JSON.parse(permissions) as string[] };
    work.record(new ApiKeyDeleted({ id, name, workspaceId }, changesBetween(was, {}), reason));
  }
  return deleted.map(({ id }) => id);
}
