import type { PermissionSet } from '../auth/permission-set.js';
import type { AcceptedKey } from '../auth/ports.js';
import type { RateLimit } from '../auth/principal.js';
import type { IpRanges } from '../common/ip-ranges.js';

/** The workspace of remembered keys. One object for all of them, so that all are forgotten at once. */
export interface RememberedWorkspace {
  readonly id: string;
  revoked: boolean;
}

export interface KeyFacts {
  /** SHA-256 of the key, base64url. */
  hash: string;
  id: string;
  name: string;
  workspace: RememberedWorkspace;
  permissions: PermissionSet;
  owner: string | null;
  rateLimit: RateLimit | null;
  metadata: Readonly<Record<string, unknown>>;
  /** Of the metadata, as JSON. */
  metadataLength: number;
  /** From where it may be used; null: from anywhere. */
  allowedIps: IpRanges | null;
  /** Milliseconds since 1970; Infinity: never. */
  expiresAt: number;
}

const METADATA_OF_ONE = 512;

/** A key as it is held in memory: everything that verification asks, ready to be asked. There may be a million of them. */
export class RememberedKey implements AcceptedKey {
  readonly hash: string;
  readonly id: string;
  readonly name: string;
  readonly workspace: RememberedWorkspace;
  readonly permissions: PermissionSet;
  readonly owner: string | null;
  readonly rateLimit: RateLimit | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly allowedIps: IpRanges | null;
  readonly expiresAt: number;
  /** How many keys it counts for in the size of the cache. */
  readonly weight: number;
  /** Whether it was asked for since the cache last looked for one to drop. */
  visited = false;
  /** When it was last used, as long as that is not written down; 0: it is. Milliseconds since 1970. */
  lastUsed = 0;

  constructor(facts: KeyFacts) {
    this.hash = facts.hash;
    this.id = facts.id;
    this.name = facts.name;
    this.workspace = facts.workspace;
    this.permissions = facts.permissions;
    this.owner = facts.owner;
    this.rateLimit = facts.rateLimit;
    this.metadata = facts.metadata;
    this.allowedIps = facts.allowedIps;
    this.expiresAt = facts.expiresAt;
    this.weight = 1 + Math.floor(facts.metadataLength / METADATA_OF_ONE);
  }

  get workspaceId(): string {
    return this.workspace.id;
  }

  get expirationDate(): string | null {
    return this.expiresAt === Infinity ? null : new Date(this.expiresAt).toISOString();
  }

  isExpired(time: number): boolean {
    return this.expiresAt <= time;
  }

  isAllowedFrom(ip: string | null | undefined): boolean {
    return this.allowedIps === null || this.allowedIps.include(ip);
  }
}
