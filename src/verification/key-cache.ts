import type { Eviction } from '../revocation/revocations.js';
import type { CachedKey, CachedWorkspace } from './cached-key.js';

/** Keys that are being read for the cache, and what has been revoked since that began. */
export class Fill {
  readonly workspaces: CachedWorkspace[] = [];
  private readonly revoked = new Set<string>();
  private isOutdated = false;

  note(eviction: Eviction): void {
    if (eviction === 'everything') {
      this.isOutdated = true;
      return;
    }
    for (const revocation of eviction) {
      if ('keyId' in revocation) this.revoked.add(revocation.keyId);
      else if ('workspaceId' in revocation) this.revoked.add(revocation.workspaceId);
    }
  }

  /** Whether what was read may be from before a revocation. */
  isLate({ id, workspaceId }: CachedKey): boolean {
    return this.isOutdated || this.revoked.has(id) || this.revoked.has(workspaceId);
  }
}

/**
 * Acceptable keys in memory, by digest, at most `capacity` of them. Drops by SIEVE (Zhang et al., NSDI 2024): a hit only
 * sets a mark, and a hand that goes round from the oldest key on spares the marked ones once. As good as LRU or better,
 * and nothing is moved on a hit.
 */
export class KeyCache {
  // In order of age, as a Map keeps it.
  private readonly byDigest = new Map<string, CachedKey>();
  private readonly byId = new Map<string, CachedKey>();
  private readonly workspaces = new Map<string, CachedWorkspace>();
  private readonly fills = new Set<Fill>();
  private hand: Iterator<CachedKey, undefined> | undefined;
  private weight = 0;

  constructor(readonly capacity: number) {}

  get size(): number {
    return this.byDigest.size;
  }

  /** How many workspaces are in memory. */
  get workspaceCount(): number {
    return this.workspaces.size;
  }

  /** @param digest SHA-256 of the key, as {@link digestKey} gives it */
  get(digest: string): CachedKey | undefined {
    const key = this.byDigest.get(digest);
    if (key === undefined) return undefined;
    if (key.workspace.revoked) {
      this.remove(key);
      return undefined;
    }
    key.visited = true;
    return key;
  }

  /** To be called before keys are read that are to be remembered, and to be closed once they are. */
  open(): Fill {
    const fill = new Fill();
    this.fills.add(fill);
    return fill;
  }

  close(fill: Fill): void {
    this.fills.delete(fill);
    for (const workspace of fill.workspaces) this.release(workspace);
  }

  /**
   * Remembers a key that was read in a fill, in place of others if it must. One that was revoked meanwhile, or is larger than
   * the whole cache, is not remembered.
   */
  add(key: CachedKey, fill: Fill): void {
    if (fill.isLate(key)) return;
    const known = this.byId.get(key.id);
    if (known) this.remove(known);
    if (key.weight > this.capacity) return;
    while (this.weight + key.weight > this.capacity) this.dropOne();
    this.byDigest.set(key.digest, key);
    this.byId.set(key.id, key);
    this.weight += key.weight;
    key.workspace.held += 1;
  }

  /** The one object that stands for a workspace until its keys are revoked, or none is left. */
  workspace(id: string, fill: Fill): CachedWorkspace {
    const workspace = this.workspaces.get(id) ?? { id, revoked: false, held: 0 };
    this.workspaces.set(id, workspace);
    workspace.held += 1;
    fill.workspaces.push(workspace);
    return workspace;
  }

  evict(eviction: Eviction): void {
    for (const fill of this.fills) fill.note(eviction);
    if (eviction === 'everything') {
      this.clear();
      return;
    }
    for (const revocation of eviction) {
      if ('keyId' in revocation) this.forgetKey(revocation.keyId);
      else if ('workspaceId' in revocation) this.forgetWorkspace(revocation.workspaceId);
    }
  }

  private forgetKey(id: string): void {
    const key = this.byId.get(id);
    if (key) this.remove(key);
  }

  private forgetWorkspace(id: string): void {
    const workspace = this.workspaces.get(id);
    if (!workspace) return;
    // Its keys go when somebody comes upon them: there may be very many.
    workspace.revoked = true;
    this.workspaces.delete(id);
  }

  private clear(): void {
    for (const workspace of this.workspaces.values()) workspace.revoked = true;
    this.workspaces.clear();
    this.byDigest.clear();
    this.byId.clear();
    this.hand = undefined;
    this.weight = 0;
  }

  private dropOne(): void {
    for (;;) {
      this.hand ??= this.byDigest.values();
      const { value: key } = this.hand.next();
      if (key === undefined) {
        this.hand = undefined;
        continue;
      }
      if (!key.visited || key.workspace.revoked) {
        this.remove(key);
        return;
      }
      key.visited = false;
    }
  }

  private remove(key: CachedKey): void {
    this.byDigest.delete(key.digest);
    this.byId.delete(key.id);
    this.weight -= key.weight;
    this.release(key.workspace);
  }

  private release(workspace: CachedWorkspace): void {
    workspace.held -= 1;
    if (workspace.held === 0 && this.workspaces.get(workspace.id) === workspace) this.workspaces.delete(workspace.id);
  }
}
