import { randomUUID } from 'node:crypto';

// What is stored of one deletion has these lengths in Latchkey's own rows, those of the erasable part included.
const PAYLOAD = JSON.stringify({ v: 1, filler: 'x'.repeat(793) });
const HASH = 'a'.repeat(64);

const DELETE = 'DELETE FROM latchkey_api_keys WHERE id = $1 AND workspace_id = $2';
const AUDIT = `INSERT INTO latchkey_audit_events (id, workspace_id, action, outcome, actor_id, target_id, occurred_date,
  payload, payload_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/** The two statements of a deletion with a record: each a text and its values. */
export function twoStatements(id, workspaceId) {
  const date = new Date().toISOString();
  const record = [randomUUID(), workspaceId, 'apikey.deleted', 'success', 'system', id, date, PAYLOAD, HASH];
  return [
    [DELETE, [id, workspaceId]],
    [AUDIT, record],
  ];
}
