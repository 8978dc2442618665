import type { Work } from '../../events/work.js';

/** A word, and the id of the key whose name has it. */
export type WordOfKey = readonly [word: string, keyId: string];

const MOST_AT_ONCE = 500;

/** Has keys found by words. */
export function insertWords(work: Work, workspaceId: string, words: readonly WordOfKey[]): Promise<void> {
  return inParts(words, async (some) => {
    const rows = some.map((_, at) => `($1, $${2 * at + 2}, $${2 * at + 3})`).join(', ');
    await work.query(`INSERT INTO latchkey_api_key_words (workspace_id, word, key_id) VALUES ${rows}`, [
      workspaceId,
      ...some.flat(),
    ]);
  });
}

/** Has keys no longer found by words. */
export function deleteWords(work: Work, workspaceId: string, words: readonly WordOfKey[]): Promise<void> {
  return inParts(words, async (some) => {
    const rows = some.map((_, at) => `($${2 * at + 2}, $${2 * at + 3})`).join(', ');
    await work.query(
      `DELETE FROM latchkey_api_key_words WHERE workspace_id = $1 AND (word, key_id) IN (VALUES ${rows})`,
      [workspaceId, ...some.flat()],
    );
  });
}

async function inParts(
  words: readonly WordOfKey[],
  write: (some: readonly WordOfKey[]) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < words.length; at += MOST_AT_ONCE) await write(words.slice(at, at + MOST_AT_ONCE));
}
