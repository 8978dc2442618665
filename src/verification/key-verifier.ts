import { Injectable } from '@nestjs/common';
import { CredentialVerifier, type RefusalReason, type RefusedKey, type VerificationResult } from '../auth/ports.js';
import { PermissionSet } from '../auth/permission-set.js';
import type { RateLimit } from '../auth/principal.js';
import { Clock } from '../common/clock.js';
import { hashKey, isWellFormedKey } from '../common/key-format.js';
import { Database } from '../database/database.js';
import { KeyUses } from '../usage/key-uses.js';
import { isAllowedFrom } from '../common/ip-ranges.js';

interface StoredKey {
  id: string;
  name: string;
  workspace_id: string;
  permissions: string;
  allowed_ips: string;
  rate_limit: string | null;
  enabled: boolean | number;
  expiration_date: string | null;
}

const FIND_KEY = `SELECT id, name, workspace_id, permissions, allowed_ips, rate_limit, enabled, expiration_date
  FROM latchkey_api_keys WHERE hash = $1`;

const FIND_DELETED = `SELECT key_id AS id, key_name AS name, workspace_id AS "workspaceId"
  FROM latchkey_deleted_keys WHERE hash = $1`;

/**
 * Tells whether a key is acceptable now: form and checksum without I/O, then what the database says at this moment, so
 * that a key whose deletion has committed is refused by every instance.
 */
@Injectable()
export class KeyVerifier extends CredentialVerifier {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly uses: KeyUses,
  ) {
    super();
  }

  /** @throws {StoreUnavailableError} if the database cannot be read. */
  async verify(apiKey: string, ip: string | null): Promise<VerificationResult> {
    if (!isWellFormedKey(apiKey)) return { valid: false, reason: 'malformed', key: null };
    const hash = hashKey(apiKey);
    const [key] = await this.database.query<StoredKey>(FIND_KEY, [hash]);
    const reason = key ? this.refusalOf(key, ip) : 'unknown';
    if (key && reason === undefined) return this.accept(key);
    // Looked up for every refusal of a well-formed key, so that none of them takes a different time than the others.
    const [deleted] = await this.database.query<RefusedKey>(FIND_DELETED, [hash]);
    if (deleted) return { valid: false, reason: 'deleted', key: deleted };
    return { valid: false, reason: reason ?? 'unknown', key: key ? refusedKey(key) : null };
  }

  private refusalOf(key: StoredKey, ip: string | null): RefusalReason | undefined {
    if (!key.enabled) return 'disabled';
    if (key.expiration_date !== null && key.expiration_date <= this.clock.now().toISOString()) return 'expired';
    const ranges = JSON.parse(key.allowed_ips) as string[];
    return ranges.length > 0 && !isAllowedFrom(ip, ranges) ? 'ip_not_allowed' : undefined;
  }

  private accept(key: StoredKey): VerificationResult {
    this.uses.count(key.id);
    return {
      valid: true,
      key: {
        ...refusedKey(key),
        permissions: new PermissionSet(JSON.parse(key.permissions) as string[]),
        rateLimit: key.rate_limit === null ? null : (JSON.parse(key.rate_limit) as RateLimit),
      },
    };
  }
}

function refusedKey({ id, name, workspace_id: workspaceId }: StoredKey): RefusedKey {
  return { id, name, workspaceId };
}
