import { hash } from 'node:crypto';

export type RunQuery = (sql: string) => Promise<Record<string, unknown>[]>;

/** What a database says of keys, by their ids, and of the records of their creation and deletion. */
export interface StoredKeys {
  living: string[];
  tombstones: string[];
  created: string[];
  deleted: string[];
  /** Records of which a part is missing or changed. */
  broken: string[];
}

/** @param workspaceId that it is limited to, if given */
export async function readStoredKeys(query: RunQuery, workspaceId?: string): Promise<StoredKeys> {
  const where = workspaceId === undefined ? 'WHERE 1 = 1' : `WHERE workspace_id = '${workspaceId}'`;
  const ids = async (sql: string) => (await query(sql)).map(({ id }) => String(id));
  const targets = (action: string) =>
    ids(`SELECT target_id AS id FROM latchkey_audit_events ${where} AND action = '${action}' AND outcome = 'success'`);
  return {
    living: await ids(`SELECT id FROM latchkey_api_keys ${where}`),
    tombstones: await ids(`SELECT key_id AS id FROM latchkey_deleted_keys ${where} AND hash NOT LIKE '%.decoy%'`),
    created: await targets('apikey.created'),
    deleted: await targets('apikey.deleted'),
    broken: await brokenRecords(query, where),
  };
}

async function brokenRecords(query: RunQuery, where: string): Promise<string[]> {
  const records = await query(
    `SELECT id, payload, payload_hash, salt, content FROM latchkey_audit_events
     LEFT JOIN latchkey_audit_pii ON event_id = id ${where}`,
  );
  const orphans = await query(
    `SELECT event_id AS id FROM latchkey_audit_pii WHERE event_id NOT IN (SELECT id FROM latchkey_audit_events)`,
  );
  return [...records.filter((record) => !isWhole(record)), ...orphans].map(({ id }) => String(id));
}

function isWhole({ payload, payload_hash, salt, content }: Record<string, unknown>): boolean {
  const { pii } = JSON.parse(String(payload)) as { pii: string };
  return sha256(String(payload)) === payload_hash && sha256(String(salt) + String(content)) === pii;
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
