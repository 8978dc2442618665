import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { CachedKey } from '../../src/verification/cached-key.js';
import { toVerificationDto, toVerificationJson } from '../../src/verification/dto/verification.dto.js';
import type { VerificationResult } from '../../src/verification/key-verifier.js';

const TEXT = fc.string({ unit: 'binary' });
const GRANT = fc.constantFrom('*', 'orders:*', 'orders:read', 'orders:refund', 'invoices:read');

const VALID: fc.Arbitrary<VerificationResult> = fc
  .record({
    id: fc.uuid(),
    name: TEXT,
    workspace: fc.uuid().map((id) => ({ id, revoked: false, held: 0 })),
    permissions: fc.array(GRANT).map((grants) => new PermissionSet(grants)),
    metadata: fc.dictionary(TEXT, fc.jsonValue()),
    expiresAt: fc.option(fc.nat({ max: 4_102_444_800_000 })),
  })
  .map((facts) => {
    const unasked = { hash: '', owner: null, rateLimit: null, metadataLength: 2, allowedIps: null };
    return { valid: true, key: new CachedKey({ ...unasked, ...facts }).accepted };
  });

const REFUSED: fc.Arbitrary<VerificationResult> = fc.constantFrom(
  { valid: false, reason: 'unknown', key: null },
  { valid: false, reason: 'deleted', key: null },
  { valid: false, reason: 'insufficient_permissions', key: null, missing: ['orders:read'] },
);

describe('the answer to a verification', () => {
  it('is, as JSON text, the JSON of what the controller answers', () => {
    fc.assert(
      fc.property(fc.oneof(VALID, REFUSED), (result) => {
        expect(toVerificationJson(result)).toBe(JSON.stringify(toVerificationDto(result)));
      }),
      { numRuns: 500 },
    );
  });
});
