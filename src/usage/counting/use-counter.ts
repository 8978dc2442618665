import type { PermissionSet } from '../../identity/permission-set.js';
import type { Caller, KeyUse } from '../../identity/key-use.js';
import { PermissionUses } from './permission-uses.js';

/** With which of the secrets of a key it was used. */
export type Secret = 'current' | 'previous';

/** What became of a use. */
export interface UseTotals {
  valid: number;
  denied: number;
  expired: number;
  disabled: number;
  rateLimited: number;
}

export type Outcome = keyof UseTotals;

/** A key in memory, which knows the counter of its last use until that is collected. */
export interface CountedKey {
  readonly id: string;
  readonly permissions: PermissionSet;
  lastUse: UseCounter | undefined;
}

/** Stands for clients that are not told apart; no caller says the same, for no address is so. */
export const OTHERS: Caller = { application: '', ip: 'others', userAgent: '' };

/** Takes up counters again that have something to count after they were collected. */
export interface CounterList {
  add(counter: UseCounter): void;
}

/** Counts the uses of one key by one client until they are collected, which is once a second. */
export class UseCounter implements KeyUse, UseTotals {
  valid = 0;
  denied = 0;
  expired = 0;
  disabled = 0;
  rateLimited = 0;
  /** Whether the key was accepted since the counter was collected. */
  isUsed = false;
  /** When the last use came, in milliseconds since 1970. */
  last: number;
  isListed = false;
  /** Whether it is found by its name, or need not be. */
  isNamed = false;
  permissions: PermissionUses | undefined = undefined;
  // As the caller said them, to be compared with what the next one says.
  readonly application: string | null | undefined;
  readonly ip: string | null | undefined;
  readonly userAgent: string | null | undefined;
  readonly isOfOthers: boolean;

  /**
   * @param caller {@link OTHERS} for those that are too many to be told apart
   * @param key forgets the counter when it is collected
   * @param since when the first use came, in milliseconds since 1970
   */
  constructor(
    private readonly list: CounterList,
    readonly keyId: string,
    readonly secret: Secret,
    caller: Caller,
    readonly key: CountedKey | null,
    readonly since: number,
  ) {
    this.application = caller.application;
    this.ip = caller.ip;
    this.userAgent = caller.userAgent;
    this.isOfOthers = caller === OTHERS;
    this.last = since;
  }

  isOf(caller: Caller): boolean {
    return this.ip === caller.ip && this.userAgent === caller.userAgent && this.application === caller.application;
  }

  grant(permissions: readonly string[]): void {
    if (!this.isListed) this.list.add(this);
    (this.permissions ??= new PermissionUses()).count(permissions);
  }

  deny(): void {
    this.turnInto('denied');
  }

  limit(): void {
    this.turnInto('rateLimited');
  }

  takeBack(): void {
    if (!this.isListed) this.list.add(this);
    this.valid -= 1;
  }

  // If what was accepted is collected already, the difference follows, with the same minute.
  private turnInto(outcome: 'denied' | 'rateLimited'): void {
    if (!this.isListed) this.list.add(this);
    this.valid -= 1;
    this[outcome] += 1;
  }
}
