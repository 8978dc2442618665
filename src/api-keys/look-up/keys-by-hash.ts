import type { RefusedKey } from '../../identity/ports.js';
import { HASH_LENGTH } from '../../kernel/keys/key-format.js';
import type { Database } from '../../database/database.js';
import type { PreparedRead } from '../../database/prepared-read.js';
import type { RoleRow } from '../../grants/grants.service.js';
import { joinRolesOf, ROLE_COLUMNS } from '../../roles/held-roles.sql.js';
import { isBeingRemoved } from '../../workspaces/workspaces.sql.js';
import { decoyFor, noDecoyFor } from './decoys.js';

/** How many keys one statement looks for at most. */
export const MOST_IN_ONE_STATEMENT = 16;

/** What {@link FIND_KEYS} returns: of a key that is acceptable a row for each of its roles, and of any other one row. */
export interface KeyRow extends RoleRow {
  place: number;
  /** One letter of {@link STATE}, the key's id, its workspace's, and its name, padded. */
  found: string;
  id: string;
  name: string;
  workspace_id: string;
  permissions: string;
  allowed_ips: string;
  rate_limit: string | null;
  metadata: string;
  expiration_date: string | null;
  owner_subject: string | null;
}

const STATE = { a: 'acceptable', e: 'expired', d: 'disabled', o: 'orphaned', g: 'deleted', ' ': 'unknown' } as const;

const PADDING = ' '.repeat(100);

const KEY = `CASE WHEN ${isBeingRemoved('latchkey_api_keys.workspace_id')} THEN 'g' WHEN orphaned_date IS NOT NULL THEN 'o' WHEN NOT enabled THEN 'd' WHEN expiration_date <= $2 THEN 'e' ELSE 'a' END
  || id || workspace_id || name`;
// As much is asked of these rows as of a key's, though the answer is known.
const deleted = (state: string) =>
  `CASE WHEN ${isBeingRemoved('latchkey_deleted_keys.workspace_id')} THEN '${state}' WHEN key_id IS NULL THEN '${state}' WHEN key_name = '' THEN '${state}' WHEN deleted_date <= $2 THEN '${state}' ELSE '${state}' END
    || key_id || workspace_id || key_name`;

// One statement whatever becomes of the keys, in which refused ones are alike, so that their time does not tell one from
// another: for each, three searches by a hash, one of which finds a row. For an unknown key that is a decoy. What only
// acceptable keys need is joined by an id that only they have.
//
// Each search is a subquery of one value, not a join, which would end a scan of a small table at the row it finds. The
// limits keep planners from copying subqueries to each place that asks for their value.
/** With {@link toParameters}. Each row says by `place` which key it is of: see {@link placeOf}. */
export const FIND_KEYS: PreparedRead = {
  sql: `WITH RECURSIVE places(place) AS (
      SELECT 1 UNION ALL SELECT place + ${HASH_LENGTH} FROM places WHERE place + ${HASH_LENGTH} < LENGTH($1)
    )
    SELECT found.place, found.text AS found, key.id, key.name, key.workspace_id,
      key.permissions, key.allowed_ips, key.rate_limit, key.metadata, key.expiration_date, key.owner_subject,
      ${ROLE_COLUMNS}
    FROM (
      SELECT known.place, SUBSTR(known.text || COALESCE((
          SELECT ${deleted(' ')} FROM latchkey_deleted_keys
          WHERE hash = SUBSTR(CASE WHEN known.text = '' THEN $3 ELSE $4 END, known.place, ${HASH_LENGTH})
        ), '') || '${PADDING}', 1, 173) AS text
      FROM (
        SELECT asked.place, COALESCE((SELECT ${KEY} FROM latchkey_api_keys WHERE hash = asked.hash), '')
          || COALESCE((SELECT ${deleted('g')} FROM latchkey_deleted_keys WHERE hash = asked.hash), '') AS text
        FROM (SELECT place, SUBSTR($1, place, ${HASH_LENGTH}) AS hash FROM places) AS asked
        LIMIT ${MOST_IN_ONE_STATEMENT}
      ) AS known
      LIMIT ${MOST_IN_ONE_STATEMENT}
    ) AS found
    LEFT JOIN latchkey_api_keys key
      ON key.id = CASE WHEN SUBSTR(found.text, 1, 1) = 'a' THEN SUBSTR(found.text, 2, 36) END
    ${joinRolesOf({ type: 'apikey', workspaceId: 'key.workspace_id', id: 'key.id' })}`,
};

/**
 * What {@link FIND_KEYS} is asked with: the hashes of the keys, what time it is, and the hashes of a decoy and of none for
 * each key, in texts in which they stand one after the other.
 */
export function toParameters(hashes: readonly string[], now: Date): string[] {
  // Those that follow one of another length would be looked for at wrong places.
  if (hashes.some(({ length }) => length !== HASH_LENGTH)) throw new Error('A hash is not as long as hashes are.');
  return [hashes.join(''), now.toISOString(), hashes.map(decoyFor).join(''), hashes.map(noDecoyFor).join('')];
}

/** The `place` of the rows of a key: where its hash begins. @param at which of the hashes it is */
export function placeOf(at: number): number {
  return 1 + at * HASH_LENGTH;
}

export function stateOf({ found }: KeyRow): (typeof STATE)[keyof typeof STATE] {
  return STATE[found.charAt(0) as keyof typeof STATE];
}

/** The key in a row, whatever its state; null for an unknown one. */
export function refusedKeyOf(row: KeyRow): RefusedKey | null {
  if (stateOf(row) === 'unknown') return null;
  const { found } = row;
  return { id: found.slice(1, 37), workspaceId: found.slice(37, 73), name: found.slice(73).trimEnd() };
}

const FIND_HASH = `SELECT hash FROM latchkey_api_keys WHERE id = $1
  UNION ALL SELECT hash FROM latchkey_deleted_keys WHERE key_id = $2`;

/** The hash of the key with this id, also of a deleted one; undefined if there never was one. */
export async function hashOf(database: Database, keyId: string): Promise<string | undefined> {
  const [row] = await database.query<{ hash: string }>(FIND_HASH, [keyId, keyId]);
  return row?.hash;
}
