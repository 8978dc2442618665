const DAY_MS = 86_400_000;
const MOST_CLIENTS_OF_A_KEY = 1000;
const MOST_CLIENTS = 100_000;

/** Which clients have tried which refused keys today (UTC), as far as this instance has seen. Bounded. */
export class KnownKeyClients {
  private clients = new Map<string, Set<string>>();
  private day = 0;
  private size = 0;

  /** @returns whether it is the client's first attempt of the day with the key, and there is room to remember it. */
  add(keyId: string, client: string, now: number): boolean {
    this.startDay(Math.floor(now / DAY_MS));
    const known = this.clients.get(keyId) ?? new Set();
    if (known.has(client) || known.size >= MOST_CLIENTS_OF_A_KEY || this.size >= MOST_CLIENTS) return false;
    this.clients.set(keyId, known.add(client));
    this.size += 1;
    return true;
  }

  remove(keyId: string, client: string): void {
    if (this.clients.get(keyId)?.delete(client)) this.size -= 1;
  }

  private startDay(day: number): void {
    if (day === this.day) return;
    this.day = day;
    this.clients = new Map();
    this.size = 0;
  }
}
