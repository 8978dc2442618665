import type { LoggedRevocation, Reading } from '../../src/revocation/revocation-log.js';
import type { SeenInstance } from '../../src/revocation/instances/lease-watch.js';

export interface SimulatedKey {
  readonly id: string;
  readonly hash: string;
  isDeleted: boolean;
  /** In true time. */
  deletedAt?: number;
}

interface LogEntry extends LoggedRevocation {
  transaction: number;
  commit: number;
}

/** Hears what is sent on a channel. */
export interface Listener {
  channels: Set<string>;
  hear(channel: string, message: string): void;
}

/** What one PostgreSQL does with what reaches it: each statement at one moment. Everything is durable. */
export class SimulatedDatabase {
  readonly keys = new Map<string, SimulatedKey>();
  readonly instances = new Map<string, SeenInstance>();
  readonly listeners = new Set<Listener>();
  private isRunning = true;
  private log: LogEntry[] = [];
  private readonly open = new Set<number>();
  private transactions = 0;
  private commits = 0;

  get isUp(): boolean {
    return this.isRunning;
  }

  /** Ends every transaction; their clients must connect again once it is started. */
  stop(): void {
    this.isRunning = false;
    this.open.clear();
  }

  start(): void {
    this.isRunning = true;
  }

  begin(): number {
    this.transactions += 1;
    this.open.add(this.transactions);
    return this.transactions;
  }

  /** @returns false if the server had ended the transaction. */
  commit(transaction: number, changes: () => void, revocations: readonly LoggedRevocation[]): boolean {
    if (!this.open.delete(transaction)) return false;
    this.commits += 1;
    changes();
    for (const { id, eviction } of revocations) this.log.push({ id, eviction, transaction, commit: this.commits });
    return true;
  }

  rollback(transaction: number): void {
    this.open.delete(transaction);
  }

  readLog(snapshot: string | null): Reading {
    const seen = snapshot === null ? this.commits : Number(snapshot);
    const committed = this.log.filter(({ commit }) => commit > seen).map(({ id, eviction }) => ({ id, eviction }));
    return { snapshot: String(this.commits), committed };
  }

  sweep(before: string): string {
    this.log = this.log.filter(({ transaction }) => transaction >= Number(before));
    return String(Math.min(this.transactions + 1, ...this.open));
  }

  notify(channel: string, message: string): void {
    for (const listener of this.listeners) if (listener.channels.has(channel)) listener.hear(channel, message);
  }

  list(): SeenInstance[] {
    return [...this.instances.values()].map((instance) => ({ ...instance }));
  }

  renew(id: string): boolean {
    const instance = this.instances.get(id);
    if (instance) instance.renewals += 1;
    return instance !== undefined;
  }

  remove(id: string, renewals?: number): boolean {
    const instance = this.instances.get(id);
    if (!instance || (renewals !== undefined && instance.renewals !== renewals)) return false;
    return this.instances.delete(id);
  }

  /** A copy that goes its own way from now on: another server, restored or deposed. */
  copy(): SimulatedDatabase {
    const copy = new SimulatedDatabase();
    for (const [hash, key] of this.keys) copy.keys.set(hash, { ...key });
    for (const [id, instance] of this.instances) copy.instances.set(id, { ...instance });
    copy.log = this.log.map((entry) => ({ ...entry }));
    copy.transactions = this.transactions;
    copy.commits = this.commits;
    return copy;
  }
}
