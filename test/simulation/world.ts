import { Random } from './random.js';

interface Event {
  at: number;
  number: number;
  action: (() => void) | undefined;
}

/** The true time, which none of the machines knows, and everything that is due in it, in one order for each seed. */
export class World {
  readonly random: Random;
  now = 0;
  private number = 0;
  private readonly due: Event[] = [];

  constructor(seed: number) {
    this.random = new Random(seed);
  }

  /** @returns cancels it. */
  at(moment: number, action: () => void): () => void {
    const event: Event = { at: Math.max(moment, this.now), number: (this.number += 1), action };
    this.due.push(event);
    this.up(this.due.length - 1);
    return () => (event.action = undefined);
  }

  after(milliseconds: number, action: () => void): () => void {
    return this.at(this.now + milliseconds, action);
  }

  /** Lets time pass, until the moment or until nothing is due; promises settle before the next event. */
  async run(until: number): Promise<void> {
    for (let event = this.due[0]; event && event.at <= until; event = this.due[0]) {
      this.pop();
      if (!event.action) continue;
      this.now = event.at;
      event.action();
      await new Promise(setImmediate);
    }
    this.now = Math.max(this.now, until);
  }

  private pop(): void {
    const last = this.due.pop();
    if (this.due.length === 0 || !last) return;
    this.due[0] = last;
    this.down();
  }

  private up(from: number): void {
    for (let at = from; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.isBefore(at, parent)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  private down(): void {
    for (let at = 0; ;) {
      let first = at;
      for (const child of [2 * at + 1, 2 * at + 2])
        if (child < this.due.length && this.isBefore(child, first)) first = child;
      if (first === at) return;
      this.swap(at, first);
      at = first;
    }
  }

  private isBefore(one: number, other: number): boolean {
    const [a, b] = [this.due[one] as Event, this.due[other] as Event];
    return a.at < b.at || (a.at === b.at && a.number < b.number);
  }

  private swap(one: number, other: number): void {
    [this.due[one], this.due[other]] = [this.due[other] as Event, this.due[one] as Event];
  }
}
