import { hash } from 'node:crypto';
import { canonicalJson } from '../kernel/canonical-json.js';
import { RequestInvalidError } from '../input/errors.js';
import type { Work } from '../events/work.js';
import { ApiKeyAlreadyCreatedError, IdempotencyKeyReusedError } from './errors.js';

const KEPT_MS = 24 * 60 * 60 * 1000;
const ACCEPTABLE = /^[\x21-\x7e]{1,255}$/;

/** A key that is to be created under an `Idempotency-Key`. */
export interface IdempotentCreation {
  idempotencyKey: string;
  workspaceId: string;
  keyId: string;
  /** What is asked for, as it came. */
  body: object;
}

/**
 * Binds the creation of a key to the caller's `Idempotency-Key`, within the creation's own transaction. Its scope is the
 * caller's credential in the workspace.
 *
 * @throws {ApiKeyAlreadyCreatedError} if the same was asked for under it in the last 24 hours; names the key.
 * @throws {IdempotencyKeyReusedError} if something else was.
 */
export async function claimIdempotencyKey(work: Work, creation: IdempotentCreation): Promise<void> {
  const { idempotencyKey, workspaceId, keyId, body } = creation;
  if (typeof idempotencyKey !== 'string' || !ACCEPTABLE.test(idempotencyKey)) {
    const message = 'Idempotency-Key must be 1 to 255 visible ASCII characters.';
    throw new RequestInvalidError([{ field: 'Idempotency-Key', message }]);
  }
  const scope = [workspaceId, work.actor.type, work.actor.credentialId, idempotencyKey];
  const digest = digestOf(scope);
  const request = digestOf([...scope, body]);
  const expired = new Date(work.date.getTime() - KEPT_MS).toISOString();
  await work.query('DELETE FROM latchkey_idempotency_keys WHERE created_date < $1', [expired]);
  const claimed = await work.query(
    `INSERT INTO latchkey_idempotency_keys (hash, request_hash, key_id, created_date) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING hash`,
    [digest, request, keyId, work.date.toISOString()],
  );
  if (claimed.length === 0) throw await refusalOf(work, digest, request);
}

async function refusalOf(work: Work, digest: string, request: string): Promise<Error> {
  const [earlier] = await work.query<{ request_hash: string; key_id: string; existing_id: string | null }>(
    `SELECT claim.request_hash, claim.key_id, key.id AS existing_id FROM latchkey_idempotency_keys claim
     LEFT JOIN latchkey_api_keys key ON key.id = claim.key_id WHERE claim.hash = $1`,
    [digest],
  );
  if (earlier?.request_hash !== request) return new IdempotencyKeyReusedError();
  return new ApiKeyAlreadyCreatedError(earlier.key_id, earlier.existing_id !== null);
}

function digestOf(parts: unknown[]): string {
  return hash('sha256', canonicalJson(parts), 'base64url');
}
