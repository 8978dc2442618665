import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../auth/permission-set.js';
import type { RefusedKey } from '../auth/ports.js';
import type { RateLimit } from '../auth/principal.js';
import { Clock } from '../common/clock.js';
import { IpRanges } from '../common/ip-ranges.js';
import { Database, type PreparedRead } from '../database/database.js';
import { GrantsService, roleOf } from '../grants/grants.service.js';
import type { HeldRole } from '../grants/holding.js';
import { decoyFor, noDecoyFor } from './decoys.js';
import { RememberedKey, type RememberedWorkspace } from './remembered-key.js';

interface Row {
  /** One letter of {@link STATE}, the key's id, its workspace's, and its name, padded. */
  found: string;
  id: string;
  name: string;
  workspace_id: string;
  permissions: string;
  allowed_ips: string;
  rate_limit: string | null;
  metadata: string;
  expiration_date: string | null;
  owner_subject: string | null;
  role_id: string | null;
  role_name: string | null;
  role_permissions: string | null;
}

const STATE = { a: 'acceptable', e: 'expired', d: 'disabled', o: 'orphaned', g: 'deleted', ' ': 'unknown' } as const;

const PADDING = ' '.repeat(100);

const KEY = `CASE WHEN orphaned_date IS NOT NULL THEN 'o' WHEN NOT enabled THEN 'd' WHEN expiration_date <= $1 THEN 'e' ELSE 'a' END
  || id || workspace_id || name`;
// As much is asked of these rows as of a key's, though the answer is known.
const deleted = (state: string) =>
  `CASE WHEN key_id IS NULL THEN '${state}' WHEN key_name = '' THEN '${state}' WHEN deleted_date <= $1 THEN '${state}' ELSE '${state}' END
    || key_id || workspace_id || key_name`;

// One statement whatever becomes of the key, in which refused ones are alike, so that their time does not tell one from
// another: three searches by a hash, one of which finds a row. For an unknown key that is a decoy. What only acceptable
// keys need is joined by an id that only they have.
//
// Each search is a subquery of one value, not a join, which would end a scan of a small table at the row it finds. The
// limits keep planners from copying subqueries to each place that asks for their value.
/** With what time it is, the hashes of a decoy and of none, and the hash of the key. */
export const FIND_KEY: PreparedRead = {
  name: 'latchkey_find_key',
  sql: `SELECT found.text AS found, key.id, key.name, key.workspace_id,
      key.permissions, key.allowed_ips, key.rate_limit, key.metadata, key.expiration_date, key.owner_subject,
      assignment.role_id, role.name AS role_name, role.permissions AS role_permissions
    FROM (
      SELECT SUBSTR(known.text || COALESCE((
          SELECT ${deleted(' ')} FROM latchkey_deleted_keys WHERE hash = CASE WHEN known.text = '' THEN $2 ELSE $3 END
        ), '') || '${PADDING}', 1, 173) AS text
      FROM (
        SELECT COALESCE((SELECT ${KEY} FROM latchkey_api_keys WHERE hash = $4), '')
          || COALESCE((SELECT ${deleted('g')} FROM latchkey_deleted_keys WHERE hash = $4), '') AS text
        LIMIT 1
      ) AS known
      LIMIT 1
    ) AS found
    LEFT JOIN latchkey_api_keys key
      ON key.id = CASE WHEN SUBSTR(found.text, 1, 1) = 'a' THEN SUBSTR(found.text, 2, 36) END
    LEFT JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
      AND assignment.holder_type = 'apikey' AND assignment.holder_id = key.id
    LEFT JOIN latchkey_roles role ON role.id = assignment.role_id`,
};

/** A key as the database has it at this moment. */
export type FoundKey =
  | { state: 'acceptable'; key: RememberedKey }
  /** Null for an unknown one. */
  | { state: 'expired' | 'disabled' | 'orphaned' | 'deleted' | 'unknown'; key: RefusedKey | null };

const NO_METADATA: Readonly<Record<string, unknown>> = Object.freeze({});
const MOST_SETS = 10_000;

/** Reads keys for verification. */
@Injectable()
export class StoredKeys {
  /** Many keys may do the same: they share what is compiled. */
  private readonly sets = new Map<string, PermissionSet>();

  constructor(
    private readonly database: Database,
    private readonly grants: GrantsService,
    private readonly clock: Clock,
  ) {}

  /** How many keys are best looked for at a time. */
  get lookUpsAtOnce(): number {
    return this.database.lookUpsAtOnce;
  }

  /**
   * @param workspaceOf gives the object that stands for a workspace
   * @throws {StoreUnavailableError} if the database does not answer soon.
   */
  async find(hash: string, workspaceOf: (id: string) => RememberedWorkspace): Promise<FoundKey> {
    const now = new Date(this.clock.time()).toISOString();
    const rows = await this.database.lookUp<Row>(FIND_KEY, [now, decoyFor(hash), noDecoyFor(hash), hash]);
    const [row] = rows;
    if (!row) throw new Error('The statement always returns a row.');
    const { found } = row;
    const state = STATE[found.charAt(0) as keyof typeof STATE];
    if (state !== 'acceptable') {
      const key = { id: found.slice(1, 37), workspaceId: found.slice(37, 73), name: found.slice(73).trimEnd() };
      return { state, key: state === 'unknown' ? null : key };
    }
    const roles = rows.flatMap((each) => roleOf(each) ?? []);
    const ranges = JSON.parse(row.allowed_ips) as string[];
    const key = new RememberedKey({
      hash,
      id: row.id,
      name: row.name,
      workspace: workspaceOf(row.workspace_id),
      permissions: await this.permissionsOf(row, roles),
      owner: row.owner_subject,
      rateLimit: row.rate_limit === null ? null : (JSON.parse(row.rate_limit) as RateLimit),
      metadata: row.metadata === '{}' ? NO_METADATA : (JSON.parse(row.metadata) as Record<string, unknown>),
      metadataLength: row.metadata.length,
      allowedIps: ranges.length > 0 ? new IpRanges(ranges) : null,
      expiresAt: row.expiration_date === null ? null : Date.parse(row.expiration_date),
    });
    return { state, key };
  }

  private async permissionsOf(row: Row, roles: HeldRole[]): Promise<PermissionSet> {
    const { id, owner_subject: owner } = row;
    const direct = JSON.parse(row.permissions) as string[];
    if (owner === null) return this.shared([...direct, ...roles.flatMap(({ permissions }) => permissions)]);
    const holding = new Map([[id, { direct, roles, owner, isOrphaned: false }]]);
    const effective = await this.grants.effectiveOfKeys(this.database, row.workspace_id, holding);
    return this.shared(effective.get(id)?.grants ?? []);
  }

  private shared(grants: readonly string[]): PermissionSet {
    const text = grants.join(' ');
    const known = this.sets.get(text);
    if (known) return known;
    if (this.sets.size >= MOST_SETS) this.sets.clear();
    const compiled = new PermissionSet(grants);
    this.sets.set(text, compiled);
    return compiled;
  }
}
