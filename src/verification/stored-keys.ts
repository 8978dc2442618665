import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../auth/permission-set.js';
import type { RefusedKey } from '../auth/ports.js';
import type { RateLimit } from '../auth/principal.js';
import { Clock } from '../common/clock.js';
import { IpRanges } from '../common/ip-ranges.js';
import { Database, type PreparedRead } from '../database/database.js';
import { GrantsService, roleOf } from '../grants/grants.service.js';
import type { HeldRole } from '../grants/holding.js';
import { RememberedKey, type RememberedWorkspace } from './remembered-key.js';

interface Row {
  /** One letter of {@link STATE}. */
  state: string;
  id: string;
  /** Padded. */
  name: string;
  workspace_id: string;
  key_name: string;
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

const STATE = { a: 'acceptable', e: 'expired', d: 'disabled', g: 'deleted', u: 'unknown' } as const;

const NO_ID = '00000000-0000-0000-0000-000000000000';
const PADDING = ' '.repeat(100);

// One statement whatever becomes of the key, and of refused ones one row of one size, so that their time does not tell
// one from another. What only acceptable keys need is joined by an id that only they have.
const FIND_KEY: PreparedRead = {
  name: 'latchkey_find_key',
  sql: `SELECT found.state, found.id, found.name, found.workspace_id,
      key.name AS key_name, key.permissions, key.allowed_ips, key.rate_limit, key.metadata, key.expiration_date, key.owner_subject,
      assignment.role_id, role.name AS role_name, role.permissions AS role_permissions
    FROM (
      SELECT
        CASE
          WHEN deleted.key_id IS NOT NULL THEN 'g'
          WHEN stored.id IS NULL THEN 'u'
          WHEN NOT stored.enabled THEN 'd'
          WHEN stored.expiration_date <= $1 THEN 'e'
          ELSE 'a'
        END AS state,
        COALESCE(stored.id, deleted.key_id, '${NO_ID}') AS id,
        SUBSTR(COALESCE(stored.name, deleted.key_name, '') || '${PADDING}', 1, 100) AS name,
        COALESCE(stored.workspace_id, deleted.workspace_id, '${NO_ID}') AS workspace_id
      FROM (SELECT CAST($2 AS varchar) AS hash) AS asked
      LEFT JOIN latchkey_api_keys stored ON stored.hash = asked.hash
      LEFT JOIN latchkey_deleted_keys deleted ON deleted.hash = asked.hash
    ) AS found
    LEFT JOIN latchkey_api_keys key ON key.id = CASE WHEN found.state = 'a' THEN found.id END
    LEFT JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
      AND assignment.holder_type = 'apikey' AND assignment.holder_id = key.id
    LEFT JOIN latchkey_roles role ON role.id = assignment.role_id`,
};

/** A key as the database has it at this moment. */
export type FoundKey =
  | { state: 'acceptable'; key: RememberedKey }
  | { state: 'expired' | 'disabled' | 'deleted'; key: RefusedKey }
  | { state: 'unknown'; key: null };

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

  /**
   * @param workspaceOf gives the object that stands for a workspace
   * @throws {StoreUnavailableError} if the database does not answer soon.
   */
  async find(hash: string, workspaceOf: (id: string) => RememberedWorkspace): Promise<FoundKey> {
    const now = new Date(this.clock.time()).toISOString();
    const rows = await this.database.lookUp<Row>(FIND_KEY, [now, hash]);
    const [row] = rows;
    if (!row) throw new Error('The statement always returns a row.');
    const { id, workspace_id: workspaceId } = row;
    const state = STATE[row.state as keyof typeof STATE];
    const refused = { id, name: row.name.trimEnd(), workspaceId };
    if (state === 'unknown') return { state, key: null };
    if (state !== 'acceptable') return { state, key: refused };
    const roles = rows.flatMap((each) => roleOf(each) ?? []);
    const ranges = JSON.parse(row.allowed_ips) as string[];
    const key = new RememberedKey({
      hash,
      id,
      name: row.key_name,
      workspace: workspaceOf(workspaceId),
      permissions: await this.permissionsOf(id, row, roles),
      owner: row.owner_subject,
      rateLimit: row.rate_limit === null ? null : (JSON.parse(row.rate_limit) as RateLimit),
      metadata: row.metadata === '{}' ? NO_METADATA : (JSON.parse(row.metadata) as Record<string, unknown>),
      metadataLength: row.metadata.length,
      allowedIps: ranges.length > 0 ? new IpRanges(ranges) : null,
      expiresAt: row.expiration_date === null ? null : Date.parse(row.expiration_date),
    });
    return { state, key };
  }

  private async permissionsOf(id: string, row: Row, roles: HeldRole[]): Promise<PermissionSet> {
    const owner = row.owner_subject;
    const direct = JSON.parse(row.permissions) as string[];
    if (owner === null) return this.shared([...direct, ...roles.flatMap(({ permissions }) => permissions)]);
    const holding = new Map([[id, { direct, roles, owner }]]);
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
