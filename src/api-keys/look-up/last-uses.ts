import type { Transaction } from '../../database/transaction.js';

/** The id of a key, and when it was used last: RFC 3339, UTC. */
export type LastUse = readonly [keyId: string, date: string];

/**
 * Writes down when keys were last used, unless a later use of them is written.
 *
 * @returns the ids of the keys that another transaction has locked. They are left out: to wait for them could be a deadlock.
 */
export async function writeLastUses(transaction: Transaction, uses: readonly LastUse[]): Promise<Set<string>> {
  const places = uses.map((_, at) => `($${2 * at + 1}, $${2 * at + 2})`).join(', ');
  const outdated = `SELECT key.id, used.date FROM latchkey_api_keys key
    JOIN used ON used.id = key.id AND (key.last_used_date IS NULL OR key.last_used_date < used.date)`;
  const used = `WITH used (id, date) AS (VALUES ${places})`;
  const lock = transaction.lock ? 'FOR NO KEY UPDATE OF key SKIP LOCKED' : '';
  await transaction.query(
    `${used}, free AS (${outdated} ${lock})
     UPDATE latchkey_api_keys SET last_used_date = (SELECT date FROM free WHERE free.id = latchkey_api_keys.id)
     WHERE id IN (SELECT id FROM free)`,
    uses.flat(),
  );
  if (!transaction.lock) return new Set();
  const left = await transaction.query<{ id: string }>(`${used} ${outdated}`, uses.flat());
  return new Set(left.map(({ id }) => id));
}
