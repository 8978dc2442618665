import { Injectable } from '@nestjs/common';
import { PermissionSet } from '../identity/permission-set.js';
import type { RefusedKey } from '../identity/ports.js';
import type { RateLimit } from '../identity/principal.js';
import { Clock } from '../kernel/clock.js';
import { IpRanges } from '../kernel/network/ip-ranges.js';
import { HASH_LENGTH } from '../kernel/keys/key-format.js';
import { Database } from '../database/database.js';
import type { PreparedRead } from '../database/prepared-read.js';
import { GrantsService, roleOf } from '../grants/grants.service.js';
import type { HeldRole } from '../grants/holding.js';
import { isBeingRemoved } from '../workspaces/workspaces.sql.js';
import { decoyFor, noDecoyFor } from './decoys.js';
import { RememberedKey, type RememberedWorkspace } from './remembered-key.js';

/** How many keys one statement looks for at most. */
export const MOST_IN_ONE_STATEMENT = 16;

interface Row {
  place: number;
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

const KEY = `CASE WHEN ${isBeingRemoved('latchkey_api_keys.workspace_id')} THEN 'g' WHEN orphaned_date IS NOT NULL THEN 'o' WHEN NOT enabled THEN 'd' WHEN expiration_date <= $2 THEN 'e' ELSE 'a' END
  || id || workspace_id || name`;
// As much is asked of these rows as of a key's, though the answer is known.
const deleted = (state: string) =>
  `CASE WHEN ${isBeingRemoved('latchkey_deleted_keys.workspace_id')} THEN '${state}' WHEN key_id IS NULL THEN '${state}' WHEN key_name = '' THEN '${state}' WHEN deleted_date <= $2 THEN '${state}' ELSE '${state}' END
    || key_id || workspace_id || key_name`;

// One statement whatever becomes of the keys, in which refused ones are alike, so that their time does not tell one from
// another: for each, three searches by a hash, one of which finds a row. For an unknown key that is a decoy. What only
// acceptable keys need is joined by an id that only they have.
//
// Each search is a subquery of one value, not a join, which would end a scan of a small table at the row it finds. The
// limits keep planners from copying subqueries to each place that asks for their value.
/**
 * With the hashes of the keys, what time it is, and the hashes of a decoy and of none for each key: texts in which they
 * stand one after the other. Each row says by `place` which key it is of: where its hash begins.
 */
export const FIND_KEYS: PreparedRead = {
  sql: `WITH RECURSIVE places(place) AS (
      SELECT 1 UNION ALL SELECT place + ${HASH_LENGTH} FROM places WHERE place + ${HASH_LENGTH} < LENGTH($1)
    )
    SELECT found.place, found.text AS found, key.id, key.name, key.workspace_id,
      key.permissions, key.allowed_ips, key.rate_limit, key.metadata, key.expiration_date, key.owner_subject,
      assignment.role_id, role.name AS role_name, role.permissions AS role_permissions
    FROM (
      SELECT known.place, SUBSTR(known.text || COALESCE((
          SELECT ${deleted(' ')} FROM latchkey_deleted_keys
          WHERE hash = SUBSTR(CASE WHEN known.text = '' THEN $3 ELSE $4 END, known.place, ${HASH_LENGTH})
        ), '') || '${PADDING}', 1, 173) AS text
      FROM (
        SELECT asked.place, COALESCE((SELECT ${KEY} FROM latchkey_api_keys WHERE hash = asked.hash), '')
          || COALESCE((SELECT ${deleted('g')} FROM latchkey_deleted_keys WHERE hash = asked.hash), '') AS text
        FROM (SELECT place, SUBSTR($1, place, ${HASH_LENGTH}) AS hash FROM places) AS asked
        LIMIT ${MOST_IN_ONE_STATEMENT}
      ) AS known
      LIMIT ${MOST_IN_ONE_STATEMENT}
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

  /** How many statements are best run at a time. */
  get lookUpsAtOnce(): number {
    return this.database.lookUpsAtOnce;
  }

  /**
   * Reads up to {@link MOST_IN_ONE_STATEMENT} different keys in one statement.
   *
   * @param workspaceOf gives the object that stands for a workspace
   * @returns for each hash the key; each throws {@link StoreUnavailableError} if the database does not answer soon
   */
  find(hashes: readonly string[], workspaceOf: (id: string) => RememberedWorkspace): Promise<FoundKey>[] {
    const answer = this.read(hashes);
    return hashes.map(async (hash, at) => {
      const rows = (await answer).get(1 + at * HASH_LENGTH) ?? [];
      return this.keyOf(hash, rows, workspaceOf);
    });
  }

  /** @returns the rows of each key, by its place */
  private async read(hashes: readonly string[]): Promise<Map<number, Row[]>> {
    // Those that follow one of another length would be looked for at wrong places.
    if (hashes.some(({ length }) => length !== HASH_LENGTH)) throw new Error('A hash is not as long as hashes are.');
    const now = new Date(this.clock.time()).toISOString();
    const [decoys, none] = [hashes.map(decoyFor).join(''), hashes.map(noDecoyFor).join('')];
    const places = new Map<number, Row[]>();
    for (const row of await this.database.lookUp<Row>(FIND_KEYS, [hashes.join(''), now, decoys, none])) {
      const rows = places.get(row.place);
      if (rows) rows.push(row);
      else places.set(row.place, [row]);
    }
    return places;
  }

  private async keyOf(
    hash: string,
    rows: readonly Row[],
    workspaceOf: (id: string) => RememberedWorkspace,
  ): Promise<FoundKey> {
    const [row] = rows;
    if (!row) throw new Error('The statement returns a row for each key.');
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
    const effective = await this.grants.effectiveOfKeys(
      this.database.readsOf(row.workspace_id),
      row.workspace_id,
      holding,
    );
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
