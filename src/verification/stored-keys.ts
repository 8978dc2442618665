import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../auth/permission-set.js';
import type { RefusedKey } from '../auth/ports.js';
import type { RateLimit } from '../auth/principal.js';
import { IpRanges } from '../common/ip-ranges.js';
import { Database, type PreparedRead } from '../database/database.js';
import { GrantsService, roleOf } from '../grants/grants.service.js';
import type { HeldRole } from '../grants/holding.js';
import { RememberedKey, type RememberedWorkspace } from './remembered-key.js';

interface Row {
  id: string | null;
  name: string;
  workspace_id: string;
  permissions: string;
  allowed_ips: string;
  rate_limit: string | null;
  metadata: string;
  enabled: boolean | number;
  expiration_date: string | null;
  owner_subject: string | null;
  role_id: string | null;
  role_name: string | null;
  role_permissions: string | null;
  deleted_id: string | null;
  deleted_name: string;
  deleted_workspace_id: string;
}

// One statement whatever becomes of the key, so that none is told from another by its time: always a row, with one more
// for each further role of the key.
const FIND_KEY: PreparedRead = {
  name: 'latchkey_find_key',
  sql: `SELECT key.id, key.name, key.workspace_id, key.permissions, key.allowed_ips, key.rate_limit, key.metadata,
      key.enabled, key.expiration_date, key.owner_subject,
      assignment.role_id, role.name AS role_name, role.permissions AS role_permissions,
      deleted.key_id AS deleted_id, deleted.key_name AS deleted_name, deleted.workspace_id AS deleted_workspace_id
    FROM (SELECT CAST($1 AS varchar) AS hash) AS asked
    LEFT JOIN latchkey_api_keys key ON key.hash = asked.hash
    LEFT JOIN latchkey_deleted_keys deleted ON deleted.hash = asked.hash
    LEFT JOIN latchkey_role_assignments assignment ON assignment.workspace_id = key.workspace_id
      AND assignment.holder_type = 'apikey' AND assignment.holder_id = key.id
    LEFT JOIN latchkey_roles role ON role.id = assignment.role_id`,
};

/** A key as the database has it at this moment. */
export type FoundKey =
  | { kind: 'enabled'; key: RememberedKey }
  | { kind: 'disabled' | 'deleted'; key: RefusedKey }
  | { kind: 'unknown'; key: null };

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
  ) {}

  /**
   * @param workspaceOf gives the object that stands for a workspace
   * @throws {StoreUnavailableError} if the database does not answer soon.
   */
  async find(hash: string, workspaceOf: (id: string) => RememberedWorkspace): Promise<FoundKey> {
    const rows = await this.database.lookUp<Row>(FIND_KEY, [hash]);
    const [row] = rows;
    if (row?.deleted_id) {
      const { deleted_id: id, deleted_name: name, deleted_workspace_id: workspaceId } = row;
      return { kind: 'deleted', key: { id, name, workspaceId } };
    }
    if (!row?.id) return { kind: 'unknown', key: null };
    const { id, name, workspace_id: workspaceId } = row;
    if (!row.enabled) return { kind: 'disabled', key: { id, name, workspaceId } };
    const roles = rows.flatMap((each) => roleOf(each) ?? []);
    const ranges = JSON.parse(row.allowed_ips) as string[];
    const key = new RememberedKey({
      hash,
      id,
      name,
      workspace: workspaceOf(workspaceId),
      permissions: await this.permissionsOf(id, row, roles),
      owner: row.owner_subject,
      rateLimit: row.rate_limit === null ? null : (JSON.parse(row.rate_limit) as RateLimit),
      metadata: row.metadata === '{}' ? NO_METADATA : (JSON.parse(row.metadata) as Record<string, unknown>),
      metadataLength: row.metadata.length,
      allowedIps: ranges.length > 0 ? new IpRanges(ranges) : null,
      expiresAt: row.expiration_date === null ? Infinity : Date.parse(row.expiration_date),
    });
    return { kind: 'enabled', key };
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
