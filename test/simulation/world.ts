import { Random } from './random.js';

/** The longest that an instance has in any world. */
export const LONGEST_LEASE_MS = 1000;

const TURNS = 100;

interface Event {
  at: number;
  number: number;
  action: (() => void) | undefined;
}

/** The true time, which none of the machines knows, and everything that is due in it, in one order for each seed. */
export class World {
  readonly random: Random;
  now = 0;
  /** The share of messages that take up to two leases. */
  late = 0;
  /** Whether a process has done something since promises last settled. */
  private isStirred = false;
  private number = 0;
  private readonly due: Event[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** @returns cancels it. */
  at(moment: number, action: () => void): () => void {
    const event: Event = { at: Math.max(moment, this.now), number: (this.number += 1), action };
    this.up(event);
    return () => (event.action = undefined);
  }

  after(milliseconds: number, action: () => void): () => void {
    return this.at(this.now + milliseconds, action);
  }

  /** Lets time pass, until the moment or until nothing is due; promises settle before the next event. */
  async run(until: number): Promise<void> {
    const real = globalThis.setImmediate;
    // What a process leaves for its next turn is an event as well: so it depends on nothing outside of this world.
    const simulated = (action: () => void): unknown => this.after(0, () => this.stir(action));
    globalThis.setImmediate = simulated as typeof setImmediate;
    try {
      await this.takeTurns(until, real);
    } finally {
      globalThis.setImmediate = real;
    }
    this.now = Math.max(this.now, until);
  }

  /** Runs an action of a process: promises settle after it. */
  stir(action: () => void): void {
    this.isStirred = true;
    action();
  }

  private takeTurns(until: number, setImmediate: (action: () => void) => unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      let left = 0;
      const turn = (): void => {
        try {
          left -= 1;
          if (!this.runUntilStirred(until)) resolve();
          else if (left === 0) takeMore();
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)));
        }
      };
      // Many at a time, for the event loop looks at its sockets between two that are not; promises settle after each.
      const takeMore = (): void => {
        for (; left < TURNS; left += 1) setImmediate(turn);
      };
      takeMore();
    });
  }

  /** @returns false when nothing is due. */
  private runUntilStirred(until: number): boolean {
    for (let event = this.due[0]; event && event.at <= until; event = this.due[0]) {
      this.pop();
      if (!event.action) continue;
      this.now = event.at;
      event.action();
      if (!this.isStirred) continue;
      this.isStirred = false;
      return true;
    }
    return false;
  }

  private pop(): void {
    const last = this.due.pop();
    if (last && this.due.length > 0) this.down(last);
  }

  /** Puts an event where it belongs in the heap, from its end on. */
  private up(event: Event): void {
    const { due } = this;
    let at = due.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = due[parent] as Event;
      if (isBefore(above, event)) break;
      due[at] = above;
      at = parent;
    }
    due[at] = event;
  }

  /** The same from its beginning on, in place of what is there. */
  private down(event: Event): void {
    const { due } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      let below = due[child];
      const other = due[child + 1];
      if (below && other && isBefore(other, below)) {
        child += 1;
        below = other;
      }
      if (!below || isBefore(event, below)) break;
      due[at] = below;
      at = child;
    }
    due[at] = event;
  }
}

function isBefore(one: Event, other: Event): boolean {
  return one.at < other.at || (one.at === other.at && one.number < other.number);
}
