import type { Work } from '../../events/work.js';

/** How often the key was used, as of every write that has committed. Further ones wait for the end of the transaction. */
export async function usesIn(work: Work, keyId: string): Promise<bigint> {
  const [row] = await work.query<{ uses: string | number }>(
    `SELECT uses FROM latchkey_usage_keys WHERE key_id = $1 ${work.lock ? 'FOR UPDATE' : ''}`,
    [keyId],
  );
  return BigInt(row?.uses ?? 0);
}

/** The client that was seen last, as it says itself, and when. */
export async function lastClientOf(work: Work, keyId: string): Promise<{ by: string; date: string } | undefined> {
  const [row] = await work.query<{ application: string | null; ip: string | null; date: string }>(
    `SELECT application, ip, last_seen_date AS date FROM latchkey_usage_clients
     WHERE key_id = $1 ORDER BY last_seen_date DESC LIMIT 1`,
    [keyId],
  );
  if (!row) return undefined;
  const { application, ip, date } = row;
  const who = application ?? 'a client';
  return { by: ip === null ? who : `${who} from ${ip}`, date };
}
