import type { Caller } from '../../identity/key-use.js';
import type { SecretScanner } from '../../kernel/keys/secret-scanner.js';
import type { Clock } from '../../kernel/clock.js';
import { grantOf } from '../../identity/permission-name.js';
import { DailyAllowance } from './daily-allowance.js';
import { clientIdOf, namedClientOf, type NamedClient } from './named-client.js';
import { UseCounter, type CountedKey, type Outcome, type Secret, type UseTotals } from './use-counter.js';

/** Bounds of what is kept apart. What is beyond them is counted all the same, as of other clients of the key. */
export interface CountBounds {
  /** Counters of one second. */
  counters: number;
  /** Clients of one key that are looked at in one second. */
  looksOfOneKey: number;
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
  looksOfOneKey: 400,
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
  /** When the first of them came, and when the last can have come: milliseconds since 1970. */
  first: number;
  last: number;
  /** Whether the key was accepted. */
  isUsed: boolean;
  /** How often each permission was asked for and granted. */
  permissions: Map<string, number>;
}

const MINUTE_MS = 60_000;
const NOBODY: Caller = {};

/** Counts uses of keys in memory, which it bounds whatever comes. */
export class UseCounts {
  private listed: UseCounter[] = [];
  private readonly byName = new Map<string, UseCounter>();
  private readonly others = new Map<string, UseCounter>();
  private readonly looks = new Map<string, number>();
  private readonly clients: DailyAllowance;
  private readonly names: DailyAllowance;

  constructor(
    private readonly clock: Pick<Clock, 'time'>,
    private readonly secrets: SecretScanner,
    private readonly bounds: CountBounds = COUNT_BOUNDS,
  ) {
    this.clients = new DailyAllowance({ ofOneKey: bounds.clientsOfOneKey, ofAll: bounds.clients });
    this.names = new DailyAllowance({ ofOneKey: bounds.namesOfOneKey, ofAll: bounds.names });
  }

  /** How many counters wait to be collected. */
  get size(): number {
    return this.listed.length;
  }

  /** Counts that a key was accepted. Makes nothing where the last use of the key was by the same client. */
  accept(key: CountedKey, caller: Caller): UseCounter {
    const last = key.lastUse;
    const counter = last !== undefined && last.isOf(caller) ? last : this.counterOf(key.id, key, caller);
    counter.valid += 1;
    counter.isUsed = true;
    return counter;
  }

  /** Counts that a key was refused. */
  refuse(keyId: string, outcome: Exclude<Outcome, 'valid'>, caller: Caller): void {
    this.counterOf(keyId, null, caller)[outcome] += 1;
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
    this.looks.clear();
    return listed.map((counter) => this.rowOf(counter, now));
  }

  private counterOf(keyId: string, key: CountedKey | null, caller: Caller): UseCounter {
    const { application, ip, userAgent } = caller;
    const name = `${keyId}\n${application ?? ''}\n${ip ?? ''}\n${userAgent ?? ''}`;
    const known = this.byName.get(name);
    const isKnown = known !== undefined && (key === null || known.key === key);
    const counter = isKnown ? known : this.newCounter(keyId, key, caller, name);
    if (!counter) return this.otherOf(keyId, key);
    if (key) key.lastUse = counter;
    return counter;
  }

  private newCounter(keyId: string, key: CountedKey | null, caller: Caller, name: string): UseCounter | undefined {
    const looks = this.looks.get(keyId) ?? 0;
    if (looks >= this.bounds.looksOfOneKey || this.byName.size >= this.bounds.counters) return undefined;
    this.looks.set(keyId, looks + 1);
    const client = namedClientOf(caller, this.secrets);
    const now = this.clock.time();
    if (!this.clients.admit(keyId, clientIdOf(keyId, client), now)) return undefined;
    const counter = new UseCounter(this, keyId, 'current', client, caller, key, now);
    this.byName.set(name, counter);
    this.add(counter);
    return counter;
  }

  private otherOf(keyId: string, key: CountedKey | null): UseCounter {
    const known = this.others.get(keyId);
    if (known && (key === null || known.key === key)) return known;
    const counter = new UseCounter(this, keyId, 'current', null, NOBODY, key, this.clock.time());
    this.others.set(keyId, counter);
    this.add(counter);
    return counter;
  }

  private rowOf(counter: UseCounter, now: number): UseRow {
    const { keyId, secret, client, since: first, valid, denied, expired, disabled, rateLimited, isUsed, key } = counter;
    const permissions = this.namesOf(counter, now);
    Object.assign(counter, { valid: 0, denied: 0, expired: 0, disabled: 0, rateLimited: 0 });
    counter.isUsed = false;
    counter.isListed = false;
    if (key?.lastUse === counter) key.lastUse = undefined;
    return {
      keyId,
      secret,
      clientId: client ? clientIdOf(keyId, client) : OTHER_CLIENTS,
      client,
      minute: Math.floor(first / MINUTE_MS),
      first,
      last: Math.max(first, now),
      ...{ valid, denied, expired, disabled, rateLimited },
      isUsed,
      permissions,
    };
  }

  /** What is beyond the allowance is counted for the wildcard by which it was granted. */
  private namesOf({ keyId, permissions }: UseCounter, now: number): Map<string, number> {
    const names = new Map<string, number>();
    for (const [asked, uses] of permissions.collect() ?? []) {
      const isAdmitted = this.names.admit(keyId, `${keyId} ${asked}`, now);
      const name = isAdmitted ? asked : (grantOf(permissions.grants?.grants ?? [], asked) ?? asked);
      names.set(name, (names.get(name) ?? 0) + uses);
    }
    return names;
  }
}
