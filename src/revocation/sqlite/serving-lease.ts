import type { Transaction } from '../../database/transaction.js';
import { newId } from '../../kernel/ids.js';
import type { Time } from '../../kernel/time.js';
import { Lease, type Moment } from '../instances/lease.js';
import { spanOf } from '../instances/lease-watch.js';
import type { ServingRow } from './serving-row.js';

const LEASE_MS = 1000;
/** How long it may last in a process whose clock is slower. */
const LAPSE_MS = spanOf(LEASE_MS);

/** How often the row is to be looked at: several looks may fail. */
export const LOOK_MS = LEASE_MS / 4;

/** What a transaction did to the row; in force once it has committed. */
export interface Taken {
  id: string;
  /** Before the row could be taken away again. */
  moment: Moment;
  /** For how long whoever had it may still answer from memory. */
  othersMs: number;
}

/**
 * The right of one process at a time to answer from memory what is in a SQLite database: a row in it. Whoever has it looks
 * at it often, and has it only for a while after each look; whoever takes it away waits for that while, and so needs no
 * answer from a process that may be gone. What the row says is as true as the data, whatever becomes of other files.
 */
export class ServingLease {
  private readonly lease: Lease;
  private id: string | undefined;
  private othersUntil = -Infinity;

  /** @param onLost told that the row was another's: what is remembered may be out of date */
  constructor(
    private readonly row: ServingRow,
    private readonly time: Time,
    private readonly onLost: () => void,
  ) {
    this.lease = new Lease(LEASE_MS, time);
  }

  /** Cheap: asked before each answer from memory. */
  isValid(): boolean {
    return this.id !== undefined && this.lease.isValid();
  }

  /** Looks whether the row is still this process's own, and if so has it for another while. */
  async look(): Promise<boolean> {
    const { id } = this;
    if (id === undefined) return false;
    const moment = this.lease.moment();
    const row = await this.row.read();
    // It was taken anew meanwhile, or lost.
    if (this.id !== id) return this.id !== undefined;
    if (row?.id !== id) {
      this.lose();
      return false;
    }
    this.lease.renew(moment);
    return true;
  }

  /**
   * Makes the row this process's own in the transaction, so that nobody else answers from memory once it has committed and
   * {@link waitForOthers} has resolved.
   *
   * @param needs whether to take it also where it is nobody's
   * @param mayTake awaited unless it is this process's own: what that throws is thrown on
   * @returns undefined if there was nothing to do. To be given to {@link taken} after the commit.
   */
  async take(transaction: Transaction, needs: boolean, mayTake: () => Promise<void>): Promise<Taken | undefined> {
    const found = await this.row.find(transaction);
    if (found !== undefined && found.id === this.id) return undefined;
    if (this.id !== undefined) this.lose();
    await mayTake();
    if (found === undefined && !needs) return undefined;
    const taken = { id: newId(), moment: this.lease.moment(), othersMs: found ? LAPSE_MS : 0 };
    await this.row.put(transaction, { id: taken.id, leaseMs: LEASE_MS });
    return taken;
  }

  taken({ id, moment, othersMs }: Taken): void {
    this.othersUntil = Math.max(this.othersUntil, this.time.monotonic() + othersMs);
    this.lose();
    this.id = id;
    this.lease.renew(moment);
  }

  /** Resolves when nobody who has had the row until now may answer from memory any more. */
  async waitForOthers(): Promise<void> {
    const until = this.othersUntil;
    for (;;) {
      const leftMs = until - this.time.monotonic();
      if (leftMs <= 0) return;
      await this.pass(leftMs);
    }
  }

  /**
   * Resolves when nobody may answer from memory what was before a change that another process has made by now: it took the row
   * along with the change, and evicted what it remembered or has ended.
   */
  async waitForChanges(): Promise<void> {
    const row = await this.row.read();
    if (row && row.id !== this.id) await this.pass(LAPSE_MS);
    await this.waitForOthers();
  }

  /** Lets others have it: without a wait, unless that of this process is not over. */
  async release(): Promise<void> {
    const { id } = this;
    this.lose();
    if (id !== undefined && this.time.monotonic() >= this.othersUntil) await this.row.remove(id);
  }

  /** Nothing is answered from memory until it is taken anew. */
  lose(): void {
    this.id = undefined;
    this.lease.end();
    this.onLost();
  }

  private pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.time.after(milliseconds, resolve, 'process'));
  }
}
