import { queueToChange } from '../../database/fair-locks.js';
import type { Work } from '../../events/work.js';
import { isAssignedRoles } from '../../grants/role-assignments.sql.js';
import { deleteWords } from '../search/key-words.js';
import { fromSearchName } from '../search/search-words.js';

/** What is left to know of a key that was deleted. */
export interface DeletedKey {
  name: string;
  permissions: string[];
  /** Whether roles may still be assigned to it. */
  mayHoldRoles: boolean;
}

interface DeletedRow {
  name: string;
  hash: string;
  permissions: string;
  searchName: string;
  /** SQLite has no booleans. */
  hasRoles: boolean | number;
  /** Whether it was changed while its deletion waited for it. */
  isChanged?: boolean;
}

const HAS_ROLES = isAssignedRoles({ type: 'apikey', workspaceId: '$2', id: '$1' });

const DELETE_KEY = 'DELETE FROM latchkey_api_keys WHERE id = $1 AND workspace_id = $2';
const INSERT_TOMBSTONE = 'INSERT INTO latchkey_deleted_keys (hash, key_id, key_name, workspace_id, deleted_date)';

// All parts see the moment at which the statement began. Had the deletion to wait for an update of the key, that may have
// assigned roles and added words since, and has raised the version.
const DELETE_AND_KEEP_TOMBSTONE = `
  WITH queue AS MATERIALIZED (SELECT ${queueToChange('$1')}),
  deleted AS (
    DELETE FROM latchkey_api_keys USING queue WHERE id = $1 AND workspace_id = $2
    RETURNING id, workspace_id, name, search_name, hash, permissions, version
  ),
  words AS (
    DELETE FROM latchkey_api_key_words AS word USING deleted
    WHERE word.workspace_id = deleted.workspace_id AND word.key_id = deleted.id
      AND word.word = ANY (string_to_array(LTRIM(deleted.search_name), ' '))
  ),
  tombstone AS (${INSERT_TOMBSTONE} SELECT hash, id, name, workspace_id, $3 FROM deleted)
  SELECT name, search_name AS "searchName", hash, permissions, ${HAS_ROLES} AS "hasRoles",
    version <> (SELECT version FROM latchkey_api_keys WHERE id = $1) AS "isChanged"
  FROM deleted`;

/**
 * Deletes a key and leaves its tombstone. The roles that were assigned to it are left to be taken away.
 *
 * @returns undefined if there is no such key. Of parallel calls, one gets it.
 */
export async function deleteKey(
  work: Work,
  { id, workspaceId }: { id: string; workspaceId: string },
): Promise<DeletedKey | undefined> {
  if (work.dialect === 'postgres') {
    // It may wait for a change of the key, whose record must not be the later one.
    const asked = work.now().toISOString();
    const [row] = await work.query<DeletedRow>(DELETE_AND_KEEP_TOMBSTONE, [id, workspaceId, asked]);
    if (row?.isChanged) await deleteWordsOf(work, workspaceId, id, row);
    return row && toDeletedKey(row);
  }
  const [row] = await work.query<DeletedRow>(
    `${DELETE_KEY} RETURNING name, search_name AS "searchName", hash, permissions, ${HAS_ROLES} AS "hasRoles"`,
    [id, workspaceId],
  );
  if (!row) return undefined;
  const date = work.date.toISOString();
  await work.query(`${INSERT_TOMBSTONE} VALUES ($1, $2, $3, $4, $5)`, [row.hash, id, row.name, workspaceId, date]);
  await deleteWordsOf(work, workspaceId, id, row);
  return toDeletedKey(row);
}

function deleteWordsOf(work: Work, workspaceId: string, id: string, { searchName }: DeletedRow): Promise<void> {
  return deleteWords(
    work,
    workspaceId,
    fromSearchName(searchName).map((word) => [word, id]),
  );
}

function toDeletedKey({ name, permissions, hasRoles, isChanged }: DeletedRow): DeletedKey {
  return {
    name,
    permissions: JSON.parse(permissions) as string[],
    mayHoldRoles: Boolean(hasRoles) || isChanged === true,
  };
}
