import type { Caller } from '../../identity/key-use.js';
import type { SecretScanner } from '../../kernel/keys/secret-scanner.js';
import type { Clock } from '../../kernel/clock.js';
import { grantOf, LONGEST_PERMISSION } from '../../identity/permission-name.js';
import { DailyAllowance } from './daily-allowance.js';
import { clientIdOf, NamedClients, type NamedClient } from './named-client.js';
import { OTHERS, UseCounter, type CountedKey, type Outcome, type Secret, type UseTotals } from './use-counter.js';

/** Bounds of what is kept apart. What is beyond them is counted all the same, as of other clients of the key. */
export interface CountBounds {
  /** Counters of one second. */
  counters: number;
  /** Clients of one key in one second. */
  atOnceOfOneKey: number;
  /** Clients of one key in one day. */
  clientsOfOneKey: number;
  /** Clients of all keys in one day. */
  clients: number;
  /** Names of permissions of one key in one day. */
  namesOfOneKey: number;
  /** Names of permissions of all keys in one day. */
  names: number;
}

export const COUNT_BOUNDS: CountBounds = {
  counters: 10_000,
  atOnceOfOneKey: 400,
  clientsOfOneKey: 200,
  clients: 200_000,
  namesOfOneKey: 200,
  names: 200_000,
};

/** The client of uses that are not kept apart. */
export const OTHER_CLIENTS = 'other';

/** Uses of a key by a client that began in the same minute. */
export interface UseRow extends UseTotals {
  keyId: string;
  secret: Secret;
  /** {@link OTHER_CLIENTS}, or the id of the client. */
  clientId: string;
  client: NamedClient | null;
  /** Since 1970. */
  minute: number;
  /** When the first of them came, and the last: milliseconds since 1970. */
  first: number;
  last: number;
  /** Whether the key was accepted. */
  isUsed: boolean;
  /** How often each permission was asked for and granted. */
  permissions: Map<string, number>;
}

const MINUTE_MS = 60_000;

/** Counts uses of keys in memory, which it bounds whatever comes. */
export class UseCounts {
  private listed: UseCounter[] = [];
  private readonly byName = new Map<string, UseCounter>();
  private readonly others = new Map<string, UseCounter>();
  /** How many counters each key has. */
  private readonly clientsOf = new Map<string, number>();
  private readonly named: NamedClients;
  private readonly clients: DailyAllowance;
  private readonly names: DailyAllowance;

  constructor(
    private readonly clock: Pick<Clock, 'time'>,
    secrets: SecretScanner,
    private readonly bounds: CountBounds = COUNT_BOUNDS,
  ) {
    this.clients = new DailyAllowance({ ofOneKey: bounds.clientsOfOneKey, ofAll: bounds.clients });
    this.named = new NamedClients(secrets);
    this.names = new DailyAllowance({ ofOneKey: bounds.namesOfOneKey, ofAll: bounds.names });
  }

  /** How many counters wait to be collected. */
  get size(): number {
    return this.listed.length;
  }

  /** Counts that a key was accepted. Makes nothing where the last use of the key was by the same client. */
  accept(key: CountedKey, caller: Caller): UseCounter {
    const last = key.lastUse;
    const counter =
      last === undefined ? this.firstOf(key, caller) : last.isOf(caller) ? last : this.counterOf(key.id, key, caller);
    counter.valid += 1;
    counter.isUsed = true;
    counter.last = this.clock.time();
    return counter;
  }

  /** Counts that a key was refused. */
  refuse(keyId: string, outcome: Exclude<Outcome, 'valid'>, caller: Caller): void {
    const counter = this.counterOf(keyId, null, caller);
    counter[outcome] += 1;
    counter.last = this.clock.time();
  }

  add(counter: UseCounter): void {
    counter.isListed = true;
    this.listed.push(counter);
  }

  /** Takes what was counted since the last time. */
  collect(): UseRow[] {
    const now = this.clock.time();
    const { listed } = this;
    this.listed = [];
    this.byName.clear();
    this.others.clear();
    this.clientsOf.clear();
    return listed.map((counter) => this.rowOf(counter, now));
  }

  /** Most keys are used by one client: it is named only if another comes. */
  private firstOf(key: CountedKey, caller: Caller): UseCounter {
    const isFull = this.listed.length >= this.bounds.counters;
    const counter = isFull ? this.otherOf(key.id, key) : this.newCounter(key.id, key, caller);
    key.lastUse = counter;
    return counter;
  }

  private counterOf(keyId: string, key: CountedKey | null, caller: Caller): UseCounter {
    const last = key?.lastUse;
    if (last && !last.isNamed) this.nameIt(last);
    const name = nameOf(keyId, caller);
    const known = this.byName.get(name);
    const isKnown = known !== undefined && (key === null || known.key === key);
    if (!isKnown && !this.hasRoomFor(keyId)) return this.otherOf(keyId, key);
    const counter = isKnown ? known : this.newCounter(keyId, key, caller);
    if (!isKnown) this.byName.set(name, counter);
    counter.isNamed = true;
    if (key) key.lastUse = counter;
    return counter;
  }

  private nameIt(counter: UseCounter): void {
    if (!counter.isOfOthers) this.byName.set(nameOf(counter.keyId, counter), counter);
    counter.isNamed = true;
  }

  private hasRoomFor(keyId: string): boolean {
    const clients = this.clientsOf.get(keyId) ?? 0;
    if (clients >= this.bounds.atOnceOfOneKey || this.listed.length >= this.bounds.counters) return false;
    this.clientsOf.set(keyId, clients + 1);
    return true;
  }

  private newCounter(keyId: string, key: CountedKey | null, caller: Caller): UseCounter {
    const counter = new UseCounter(this, keyId, 'current', caller, key, this.clock.time());
    this.add(counter);
    return counter;
  }

  private otherOf(keyId: string, key: CountedKey | null): UseCounter {
    const known = this.others.get(keyId);
    if (known && (key === null || known.key === key)) return known;
    const counter = this.newCounter(keyId, key, OTHERS);
    this.others.set(keyId, counter);
    return counter;
  }

  /** Who it is, if there are not too many of the day; undefined otherwise. */
  private clientOf(counter: UseCounter, now: number): { id: string; client: NamedClient } | undefined {
    if (counter.isOfOthers) return undefined;
    const client = this.named.of(counter);
    const id = clientIdOf(counter.keyId, client);
    return this.clients.admit(counter.keyId, id, now) ? { id, client } : undefined;
  }

  private rowOf(counter: UseCounter, now: number): UseRow {
    const { keyId, secret, since: first, last, valid, denied, expired, disabled, rateLimited, isUsed, key } = counter;
    const known = this.clientOf(counter, now);
    const permissions = this.namesOf(counter, now);
    Object.assign(counter, { valid: 0, denied: 0, expired: 0, disabled: 0, rateLimited: 0 });
    counter.isUsed = false;
    counter.isListed = false;
    if (key?.lastUse === counter) key.lastUse = undefined;
    return {
      keyId,
      secret,
      clientId: known?.id ?? OTHER_CLIENTS,
      client: known?.client ?? null,
      minute: Math.floor(first / MINUTE_MS),
      first,
      last: Math.max(first, last),
      ...{ valid, denied, expired, disabled, rateLimited },
      isUsed,
      permissions,
    };
  }

  /** What is beyond the allowance is counted for the wildcard by which it was granted. */
  private namesOf({ keyId, key, permissions }: UseCounter, now: number): Map<string, number> {
    const names = new Map<string, number>();
    for (const [asked, uses] of permissions?.collect() ?? []) {
      // What the code of a host asks for may be of any length.
      const isAdmitted = asked.length <= LONGEST_PERMISSION && this.names.admit(keyId, `${keyId} ${asked}`, now);
      const name = isAdmitted
        ? asked
        : (grantOf(key?.permissions.grants ?? [], asked) ?? asked).slice(0, LONGEST_PERMISSION);
      names.set(name, (names.get(name) ?? 0) + uses);
    }
    return names;
  }
}

function nameOf(keyId: string, { application, ip, userAgent }: Caller): string {
  return `${keyId}\n${application ?? ''}\n${ip ?? ''}\n${userAgent ?? ''}`;
}
