import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../auth/permission-set.js';
import { CredentialVerifier, type RefusalReason, type RefusedKey, type VerificationResult } from '../auth/ports.js';
import type { RateLimit } from '../auth/principal.js';
import { Clock } from '../common/clock.js';
import { hashKey, isWellFormedKey } from '../common/key-format.js';
import { Database } from '../database/database.js';
import { GrantsService, roleOf } from '../grants/grants.service.js';
import type { HeldRole } from '../grants/holding.js';
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
  owner_subject: string | null;
  role_id: string | null;
  role_name: string | null;
  role_permissions: string | null;
}

// One row for each role of the key, or one without.
const FIND_KEY = `SELECT key.id, key.name, key.workspace_id, key.permissions, key.allowed_ips, key.rate_limit, key.enabled,
    key.expiration_date, key.owner_subject,
    assignment.role_id, role.name AS role_name, role.permissions AS role_permissions
  FROM latchkey_api_keys key
  LEFT JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
    AND assignment.holder_type = 'apikey' AND assignment.holder_id = key.id
  LEFT JOIN latchkey_roles role ON role.id = assignment.role_id
  WHERE key.hash = $1`;

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
    private readonly grants: GrantsService,
  ) {
    super();
  }

  /** @throws {StoreUnavailableError} if the database cannot be read. */
  async verify(apiKey: string, ip: string | null): Promise<VerificationResult> {
    if (!isWellFormedKey(apiKey)) return { valid: false, reason: 'malformed', key: null };
    const hash = hashKey(apiKey);
    const rows = await this.database.query<StoredKey>(FIND_KEY, [hash]);
    const [key] = rows;
    const reason = key ? this.refusalOf(key, ip) : 'unknown';
    if (key && reason === undefined)
      return this.accept(
        key,
        rows.flatMap((row) => roleOf(row) ?? []),
      );
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

  private async accept(key: StoredKey, roles: HeldRole[]): Promise<VerificationResult> {
    this.uses.count(key.id);
    const owner = key.owner_subject;
    const holding = { direct: JSON.parse(key.permissions) as string[], roles, owner };
    const effective = await this.grants.effectiveOfKeys(this.database, key.workspace_id, new Map([[key.id, holding]]));
    return {
      valid: true,
      key: {
        ...refusedKey(key),
        permissions: effective.get(key.id) ?? PermissionSet.none,
        owner,
        rateLimit: key.rate_limit === null ? null : (JSON.parse(key.rate_limit) as RateLimit),
      },
    };
  }
}

function refusedKey({ id, name, workspace_id: workspaceId }: StoredKey): RefusedKey {
  return { id, name, workspaceId };
}
