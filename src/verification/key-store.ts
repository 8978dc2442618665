import { Injectable } from '@nestjs/common';
import {
  FIND_KEYS,
  placeOf,
  refusedKeyOf,
  stateOf,
  toParameters,
  type KeyRow,
} from '../api-keys/look-up/keys-by-hash.js';
import { PermissionSet } from '../identity/permission-set.js';
import type { RefusedKey } from '../identity/ports.js';
import type { RateLimit } from '../identity/principal.js';
import { Clock } from '../kernel/clock.js';
import { IpRanges } from '../kernel/network/ip-ranges.js';
import { Database } from '../database/database.js';
import { GrantsService, roleOf } from '../grants/grants.service.js';
import type { HeldRole } from '../grants/held-grants.js';
import { CachedKey, type CachedWorkspace } from './cached-key.js';

/** A key as the database has it at this moment. */
export type FoundKey =
  | { state: 'acceptable'; key: CachedKey }
  /** Null for an unknown one. */
  | { state: 'expired' | 'disabled' | 'orphaned' | 'deleted' | 'unknown'; key: RefusedKey | null };

const NO_METADATA: Readonly<Record<string, unknown>> = Object.freeze({});
const MOST_SETS = 10_000;

/** Reads keys for verification. */
@Injectable()
export class KeyStore {
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
   * Reads different keys in one statement: as many as that looks for at most.
   *
   * @param workspaceOf gives the object that stands for a workspace
   * @returns for each hash the key; each throws {@link StoreUnavailableError} if the database does not answer soon
   */
  find(hashes: readonly string[], workspaceOf: (id: string) => CachedWorkspace): Promise<FoundKey>[] {
    const answer = this.read(hashes);
    return hashes.map(async (hash, at) => {
      const rows = (await answer).get(placeOf(at)) ?? [];
      return this.keyOf(hash, rows, workspaceOf);
    });
  }

  /** @returns the rows of each key, by its place */
  private async read(hashes: readonly string[]): Promise<Map<number, KeyRow[]>> {
    const parameters = toParameters(hashes, new Date(this.clock.time()));
    const places = new Map<number, KeyRow[]>();
    for (const row of await this.database.lookUp<KeyRow>(FIND_KEYS, parameters)) {
      const rows = places.get(row.place);
      if (rows) rows.push(row);
      else places.set(row.place, [row]);
    }
    return places;
  }

  private async keyOf(
    hash: string,
    rows: readonly KeyRow[],
    workspaceOf: (id: string) => CachedWorkspace,
  ): Promise<FoundKey> {
    const [row] = rows;
    if (!row) throw new Error('The statement returns a row for each key.');
    const state = stateOf(row);
    if (state !== 'acceptable') return { state, key: refusedKeyOf(row) };
    const roles = rows.flatMap((each) => roleOf(each) ?? []);
    const ranges = JSON.parse(row.allowed_ips) as string[];
    const key = new CachedKey({
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

  private async permissionsOf(row: KeyRow, roles: HeldRole[]): Promise<PermissionSet> {
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
