import type { Time } from '../../src/kernel/time.js';
import type { World } from './world.js';

/** By how much time daemons may make a clock run fast or slow: chrony's default of 83,333 parts in a million. */
export const SLEWING = 0.083333;

/** A process on a machine with clocks of its own, which may be frozen, and killed. */
export class SimulatedMachine implements Time {
  private readonly rate: number;
  private readonly began: number;
  private readonly monotonicAtStart: number;
  private dateAtStart: number;
  /** When it goes on, or has last gone on. */
  thawsAt = -Infinity;
  private waiting: (() => void)[] | undefined;
  isAlive = true;

  constructor(private readonly world: World) {
    const { random } = world;
    this.rate = 1 + random.oneOf([-1, 1, random.between(-1, 1)]) * SLEWING;
    this.began = world.now;
    this.monotonicAtStart = random.between(0, 1e7);
    this.dateAtStart = 1.9e12 + random.between(-1e6, 1e6);
  }

  monotonic(): number {
    return this.monotonicAtStart + this.passed;
  }

  date(): number {
    return Math.floor(this.dateAtStart + this.passed);
  }

  after(milliseconds: number, action: () => void): () => void {
    return this.world.after(milliseconds / this.rate, () => this.run(action));
  }

  /** Has the process do something, once it is not frozen. A process that is killed does nothing. */
  run(action: () => void): void {
    if (!this.isAlive) return;
    if (this.waiting) {
      this.waiting.push(action);
      return;
    }
    this.world.stir(action);
  }

  get isFrozen(): boolean {
    return this.waiting !== undefined;
  }

  freeze(milliseconds: number): void {
    const { world } = this;
    this.thawsAt = Math.max(this.thawsAt, world.now + milliseconds);
    if (this.waiting) return;
    this.waiting = [];
    const thaw = (): void => {
      if (world.now < this.thawsAt) {
        world.at(this.thawsAt, thaw);
        return;
      }
      const actions = this.waiting ?? [];
      this.waiting = undefined;
      // In the order in which they came, and each in a turn of its own.
      for (const action of actions) world.after(0, () => this.run(action));
    };
    world.at(this.thawsAt, thaw);
  }

  kill(): void {
    this.isAlive = false;
    this.waiting = undefined;
  }

  /** Sets the time of day. */
  step(milliseconds: number): void {
    this.dateAtStart += milliseconds;
  }

  private get passed(): number {
    return (this.world.now - this.began) * this.rate;
  }
}
