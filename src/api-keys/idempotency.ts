import { hash } from 'node:crypto';
import { RequestInvalidError } from '../common/latchkey-error.js';
import type { Work } from '../events/work.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeyAlreadyCreatedError } from './errors.js';

const KEPT_MS = 24 * 60 * 60 * 1000;
const ACCEPTABLE = /^[\x21-\x7e]{1,255}$/;

/**
 * Binds the creation of a key to the caller's `Idempotency-Key`, within the creation's own transaction. Its scope is the
 * caller's credential in the workspace.
 *
 * @throws {ApiKeyAlreadyCreatedError} naming the key that was created under it in the last 24 hours.
 */
export async function claimIdempotencyKey(work: Work, key: ApiKey, idempotencyKey: string): Promise<void> {
  if (!ACCEPTABLE.test(idempotencyKey)) {
    const message = 'Idempotency-Key must be 1 to 255 visible ASCII characters.';
    throw new RequestInvalidError([{ field: 'Idempotency-Key', message }]);
  }
  const scope = JSON.stringify([key.workspaceId, work.actor.type, work.actor.credentialId, idempotencyKey]);
  const digest = hash('sha256', scope, 'base64url');
  const expired = new Date(work.date.getTime() - KEPT_MS).toISOString();
  await work.query('DELETE FROM latchkey_idempotency_keys WHERE created_date < $1', [expired]);
  const claimed = await work.query(
    `INSERT INTO latchkey_idempotency_keys (hash, key_id, created_date) VALUES ($1, $2, $3)
     ON CONFLICT DO NOTHING RETURNING hash`,
    [digest, key.id, work.date.toISOString()],
  );
  if (claimed.length > 0) return;
  const [earlier] = await work.query<{ key_id: string }>(
    'SELECT key_id FROM latchkey_idempotency_keys WHERE hash = $1',
    [digest],
  );
  throw new ApiKeyAlreadyCreatedError(earlier?.key_id ?? '');
}
