import { SizeRanking } from './size-ranking.js';

const DAY_MS = 86_400_000;
const MOST_CLIENTS_OF_A_KEY = 1000;
const MOST_CLIENTS = 100_000;

/** A client that uses a refused key. */
export interface KeyUse {
  workspaceId: string;
  keyId: string;
  client: string;
}

/** The clients of each refused key of one workspace. */
type Clients = Map<string, Set<string>>;

/**
 * Which clients have tried which refused keys today (UTC), as far as this instance has seen. Bounded. Where there is no
 * room for one more, the workspace that takes most of it makes room for one that takes less: so no workspace's keys fill
 * what others need.
 */
export class KnownKeyClients {
  private workspaces = new Map<string, Clients>();
  private sizes = new SizeRanking();
  private day = 0;

  /** @returns whether it is the client's first attempt of the day with the key, and there is room to remember it. */
  add({ workspaceId, keyId, client }: KeyUse, now: number): boolean {
    this.startDay(Math.floor(now / DAY_MS));
    const clients = this.workspaces.get(workspaceId) ?? new Map<string, Set<string>>();
    const known = clients.get(keyId) ?? new Set();
    if (known.has(client) || known.size >= MOST_CLIENTS_OF_A_KEY) return false;
    if (this.sizes.total >= MOST_CLIENTS && !this.makeRoom(workspaceId)) return false;
    this.workspaces.set(workspaceId, clients.set(keyId, known.add(client)));
    this.sizes.add(workspaceId, 1);
    return true;
  }

  /** Whether the client has tried the key today, or is one too many of that key's. */
  has({ workspaceId, keyId, client }: KeyUse, now: number): boolean {
    this.startDay(Math.floor(now / DAY_MS));
    const known = this.workspaces.get(workspaceId)?.get(keyId);
    return known !== undefined && (known.has(client) || known.size >= MOST_CLIENTS_OF_A_KEY);
  }

  remove({ workspaceId, keyId, client }: KeyUse): void {
    const clients = this.workspaces.get(workspaceId);
    const known = clients?.get(keyId);
    if (!clients || !known?.delete(client)) return;
    if (known.size === 0) clients.delete(keyId);
    if (clients.size === 0) this.workspaces.delete(workspaceId);
    this.sizes.add(workspaceId, -1);
  }

  private makeRoom(workspaceId: string): boolean {
    const largest = this.sizes.largest();
    // Two of one size would take from each other for ever.
    if (largest === undefined || this.sizes.of(largest) <= this.sizes.of(workspaceId) + 1) return false;
    const [oldest] = this.workspaces.get(largest) ?? [];
    const [client] = oldest?.[1] ?? [];
    if (!oldest || client === undefined) return false;
    this.remove({ workspaceId: largest, keyId: oldest[0], client });
    return true;
  }

  private startDay(day: number): void {
    if (day === this.day) return;
    this.day = day;
    this.workspaces = new Map();
    this.sizes = new SizeRanking();
  }
}
