import { StoreUnavailableError } from '../../src/kernel/latchkey-error.js';
import type { Listener, SimulatedDatabase } from './simulated-database.js';
import type { SimulatedMachine } from './simulated-machine.js';
import type { World } from './world.js';

export const LOOK_UP_TIMEOUT_MS = 2000;
const STATEMENT_TIMEOUT_MS = 25_000;

/** How a machine reaches the database, at the moment. */
export interface Route {
  /** Where its pool leads. */
  pool: SimulatedDatabase;
  /** Where its session leads. */
  session: SimulatedDatabase;
  /** Whether what it sends and what it is sent vanishes. */
  isCut: boolean;
  /** Whether the server has no connection left for its pool. */
  isRefused: boolean;
  /** By how many milliseconds more its session is late. */
  lagMs: number;
}

/** A message takes some milliseconds, now and then much longer than a lease. */
export function latency({ random }: World, leaseMs: number): number {
  if (random.happens(0.004)) return random.between(0, 2 * leaseMs);
  return random.happens(0.03) ? random.between(0, leaseMs / 5) : random.between(0.05, 3);
}

/**
 * One statement of the pool, on a connection that nothing else is on.
 *
 * @param pool where the connection leads that its transaction began on; else it is a look-up, which waits for less long
 */
export function ask<T>(
  world: World,
  machine: SimulatedMachine,
  route: Route,
  leaseMs: number,
  execute: (database: SimulatedDatabase) => T,
  pool?: SimulatedDatabase,
  limitMs = pool ? STATEMENT_TIMEOUT_MS : LOOK_UP_TIMEOUT_MS,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const database = pool ?? route.pool;
    const giveUp = machine.after(limitMs, () => reject(new StoreUnavailableError(new Error('Given up.'))));
    if (route.isCut) return;
    world.after(latency(world, leaseMs), () => {
      if (route.isCut) return;
      const answer = (): void => {
        giveUp();
        if (result === undefined) reject(new StoreUnavailableError(new Error('Refused.')));
        else resolve(result.value);
      };
      const result = database.isUp && !route.isRefused ? { value: execute(database) } : undefined;
      world.after(latency(world, leaseMs), () => {
        if (!route.isCut) machine.run(answer);
      });
    });
  });
}

/** A connection that is kept: what goes through it arrives in order, until it breaks. */
export class Link implements Listener {
  readonly channels = new Set<string>();
  private upAt = 0;
  private downAt = 0;
  private isBroken = false;
  private readonly rejections = new Set<(error: Error) => void>();
  private readonly database: SimulatedDatabase;

  constructor(
    private readonly world: World,
    private readonly machine: SimulatedMachine,
    private readonly route: Route,
    private readonly leaseMs: number,
    private readonly onMessage: (channel: string, message: string) => void,
    private readonly onEnd: (error: Error) => void,
  ) {
    this.database = route.session;
    this.database.listeners.add(this);
  }

  /** Runs a statement at the database. */
  request<T>(execute: (database: SimulatedDatabase) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.isBroken) {
        reject(new Error('The connection is broken.'));
        return;
      }
      this.rejections.add(reject);
      this.upAt = Math.max(this.upAt, this.world.now + latency(this.world, this.leaseMs));
      this.world.at(this.upAt, () => {
        if (this.isGone()) return;
        if (!this.database.isUp) {
          this.reset();
          return;
        }
        const value = execute(this.database);
        this.deliver(() => {
          this.rejections.delete(reject);
          resolve(value);
        });
      });
    });
  }

  /** The server sends a notification; before the answer to whatever reaches it later. */
  hear(channel: string, message: string): void {
    this.deliver(() => this.onMessage(channel, message));
  }

  /** Both ends learn that it is over. */
  reset(): void {
    this.database.listeners.delete(this);
    this.deliver(() => this.end(new Error('The connection was reset.')));
    this.isBroken = true;
  }

  /** The machine's end closes. */
  destroy(): void {
    this.end(new Error('The connection was closed.'));
    this.world.after(latency(this.world, this.leaseMs), () => this.database.listeners.delete(this));
  }

  private end(error: Error): void {
    this.isBroken = true;
    const rejections = [...this.rejections];
    this.rejections.clear();
    for (const reject of rejections) reject(error);
    this.onEnd(error);
  }

  private deliver(action: () => void): void {
    if (this.isGone()) return;
    const lateMs = this.route.lagMs + latency(this.world, this.leaseMs);
    this.downAt = Math.max(this.downAt, this.world.now + lateMs);
    this.world.at(this.downAt, () => {
      if (!this.route.isCut) this.machine.run(action);
    });
  }

  private isGone(): boolean {
    return this.isBroken || this.route.isCut;
  }
}
