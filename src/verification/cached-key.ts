import type { PermissionSet } from '../identity/permission-set.js';
import type { Caller } from '../identity/key-use.js';
import type { AcceptedKey } from '../identity/ports.js';
import type { RateLimit } from '../identity/principal.js';
import type { Clock } from '../kernel/clock.js';
import { deepFreeze } from '../kernel/deep-freeze.js';
import type { IpRanges } from '../kernel/network/ip-ranges.js';
import type { CountedKey, UseCounter } from '../usage/counting/use-counter.js';
import { digestOf } from '../kernel/keys/key-format.js';

/** The workspace of remembered keys. One object for all of them, so that all are evicted at once. */
export interface CachedWorkspace {
  readonly id: string;
  revoked: boolean;
  /** How many keys and fills stand for it. */
  held: number;
}

export interface KeyFacts {
  /** SHA-256 of the key, base64url. */
  hash: string;
  id: string;
  name: string;
  workspace: CachedWorkspace;
  permissions: PermissionSet;
  owner: string | null;
  rateLimit: RateLimit | null;
  metadata: Readonly<Record<string, unknown>>;
  /** Of the metadata, as JSON. */
  metadataLength: number;
  /** From where it may be used; null: from anywhere. */
  allowedIps: IpRanges | null;
  /** Milliseconds since 1970; null: never. */
  expiresAt: number | null;
}

const METADATA_OF_ONE = 512;

const NEVER = -1;

/** A key as it is held in memory: everything that verification asks, ready to be asked. There may be a million of them. */
export class CachedKey implements CountedKey {
  // What each verification asks comes first, so that it lies together. Small numbers, which are no objects of their own.
  readonly workspace: CachedWorkspace;
  /** Milliseconds since 1970; -1: never. */
  private readonly expiresAt: number;
  readonly allowedIps: IpRanges | null;
  readonly rateLimit: RateLimit | null;
  /** Whether it was asked for since the cache last looked for one to drop. */
  visited = false;
  /** The counter of the last use of it that is not collected yet. */
  lastUse: UseCounter | undefined = undefined;
  /** What all who ask are told: the same object, frozen, and without the hash. */
  readonly accepted: AcceptedKey;
  readonly digest: string;
  /** How many keys it counts for in the size of the cache. */
  readonly weight: number;

  constructor(facts: KeyFacts) {
    this.workspace = facts.workspace;
    this.expiresAt = facts.expiresAt ?? NEVER;
    this.allowedIps = facts.allowedIps;
    this.rateLimit = facts.rateLimit;
    this.accepted = acceptedOf(facts);
    this.digest = digestOf(facts.hash);
    this.weight = 1 + Math.floor(facts.metadataLength / METADATA_OF_ONE);
  }

  get id(): string {
    return this.accepted.id;
  }

  get name(): string {
    return this.accepted.name;
  }

  get workspaceId(): string {
    return this.workspace.id;
  }

  get permissions(): PermissionSet {
    return this.accepted.permissions;
  }

  /** @param clock asked only if it matters: that takes a good part of the time of a verification */
  isExpired(clock: Clock): boolean {
    return this.expiresAt !== NEVER && this.expiresAt <= clock.time();
  }

  isAllowedTo(caller: Caller): boolean {
    return this.allowedIps === null || this.allowedIps.include(caller.ip);
  }
}

function acceptedOf({ workspace, expiresAt, ...facts }: KeyFacts): AcceptedKey {
  const { id, name, permissions, owner, rateLimit, metadata } = facts;
  const expirationDate = expiresAt === null ? null : new Date(expiresAt).toISOString();
  return deepFreeze({
    id,
    name,
    workspaceId: workspace.id,
    permissions,
    owner,
    rateLimit,
    metadata,
    expirationDate,
  });
}
