import { StoreUnavailableError } from '../../src/database/errors.js';
import type { Listener, SimulatedDatabase } from './simulated-database.js';
import type { SimulatedMachine } from './simulated-machine.js';
import type { World } from './world.js';

export const LOOK_UP_TIMEOUT_MS = 2000;
const STATEMENT_TIMEOUT_MS = 25_000;
/** Of the session; in the service, and in most hosts, it is longer. */
const REQUEST_TIMEOUT_MS = 3000;

/** How a machine reaches the database, at the moment. */
export interface Route {
  /** Where its pool leads. */
  pool: SimulatedDatabase;
  /** Where its session leads. */
  session: SimulatedDatabase;
  /** Whether what it sends and what it is sent vanishes. */
  isCut: boolean;
  /** The same of its session alone, as where a firewall has lost that connection. */
  isSessionCut: boolean;
  /** Whether the server has no connection left for its pool. */
  isRefused: boolean;
  /** When its pool last did not answer. */
  hinderedAt: number;
  /** By how many milliseconds more what its session sends is late. */
  requestsLateMs: number;
  /** By how many milliseconds more what its session is sent is late. */
  answersLateMs: number;
}

/** A message takes some milliseconds, in some worlds now and then much longer than a lease. */
export function latency({ random, late }: World, leaseMs: number): number {
  if (random.happens(late)) return random.between(0, 2 * leaseMs);
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
    const begun = world.now;
    const [upMs, downMs] = [latency(world, leaseMs), latency(world, leaseMs)];
    const giveUp = (): void => {
      route.hinderedAt = world.now;
      const leftMs = begun + limitMs - world.now;
      machine.after(leftMs, () => reject(new StoreUnavailableError(new Error('Given up.'))));
    };
    if (upMs + downMs > limitMs) giveUp();
    if (route.isCut) {
      giveUp();
      return;
    }
    world.after(upMs, () => {
      if (route.isCut) {
        giveUp();
        return;
      }
      const result = database.isUp && !route.isRefused ? { value: execute(database) } : undefined;
      const answer = (): void => {
        if (result === undefined) {
          route.hinderedAt = world.now;
          reject(new StoreUnavailableError(new Error('Refused.')));
        } else {
          resolve(result.value);
        }
      };
      world.after(downMs, () => {
        if (route.isCut) giveUp();
        else machine.run(answer);
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
      const lose = (): void => {
        const giveUp = (): void => reject(new Error('Query read timeout'));
        this.machine.after(REQUEST_TIMEOUT_MS, giveUp);
      };
      const lateMs = this.route.requestsLateMs + latency(this.world, this.leaseMs);
      this.upAt = Math.max(this.upAt, this.world.now + lateMs);
      this.world.at(this.upAt, () => {
        if (this.isGone()) {
          lose();
          return;
        }
        if (!this.database.isUp) {
          this.reset();
          return;
        }
        const value = execute(this.database);
        this.deliver(() => {
          this.rejections.delete(reject);
          resolve(value);
        }, lose);
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

  /** The server's end closes. */
  abandon(): void {
    this.database.listeners.delete(this);
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

  private deliver(action: () => void, lose: () => void = () => undefined): void {
    if (this.isGone()) {
      lose();
      return;
    }
    const lateMs = this.route.answersLateMs + latency(this.world, this.leaseMs);
    this.downAt = Math.max(this.downAt, this.world.now + lateMs);
    this.world.at(this.downAt, () => {
      if (this.isCut) lose();
      else this.machine.run(action);
    });
  }

  private isGone(): boolean {
    return this.isBroken || this.isCut;
  }

  private get isCut(): boolean {
    return this.route.isCut || this.route.isSessionCut;
  }
}
