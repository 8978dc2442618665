import { StoreUnavailableError } from '../../src/database/errors.js';
import type { Transaction } from '../../src/database/transaction.js';
import { LeasedRevocations } from '../../src/revocation/leased-revocations.js';
import type { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { SimulatedDatabase } from './simulated-database.js';
import { SimulatedMachine, SLEWING } from './simulated-machine.js';
import { ask, latency, Link, LOOK_UP_TIMEOUT_MS, type Route } from './simulated-network.js';
import { SimulatedProduct } from './simulated-product.js';
import { notifyAndList, SimulatedConnection, SimulatedStore, type Ask } from './simulated-store.js';
import type { World } from './world.js';

const TRANSACTION_TIMEOUT_MS = 5000;
/** The renewal that has just been read back, the pause after it, and the next one, each as long as may be on a slow clock. */
const LEASES_UNTIL_READ_BACK = (1 + 1 / 3 + 1) / (1 - SLEWING) + 0.01;

/** One process: the product's verifier, unit of work and revocations, on simulated clocks, network and database. */
export class SimulatedInstance {
  readonly machine: SimulatedMachine;
  readonly route: Route;
  readonly verifier: KeyVerifier;
  /** When its pool began to lead elsewhere, in true time. */
  private movedAt = -Infinity;
  /** Whether it had none then, or has lost it since. */
  private hasLostSession = false;
  private readonly revocations: LeasedRevocations;
  private readonly product: SimulatedProduct;
  private readonly ask: Ask;
  private connection: SimulatedConnection | undefined;
  /** Of the transactions that it began lately. */
  private readonly rollbacks = new Set<() => void>();
  private onTransaction: (database: SimulatedDatabase) => void = () => undefined;

  /** @param leaseMs 0: it remembers nothing, and holds no lease */
  constructor(
    private readonly world: World,
    database: SimulatedDatabase,
    readonly leaseMs: number,
    longestLeaseMs: number,
  ) {
    const machine = new SimulatedMachine(world);
    const route: Route = {
      pool: database,
      session: database,
      isCut: false,
      isSessionCut: false,
      isRefused: false,
      hinderedAt: -Infinity,
      requestsLateMs: 0,
      answersLateMs: 0,
    };
    this.machine = machine;
    this.route = route;
    this.ask = (execute) => ask(world, machine, route, longestLeaseMs, execute);
    const transaction = <T>(body: (transaction: Transaction) => Promise<T>) => this.transact(body);
    const store = new SimulatedStore(this.ask);
    const connect = () =>
      (this.connection = new SimulatedConnection(
        (onMessage, onEnd) => new Link(world, machine, route, longestLeaseMs, onMessage, onEnd),
        () => (this.hasLostSession ||= this.isMoved),
      ));
    this.revocations = new LeasedRevocations(store, connect, leaseMs, machine);
    this.store = store;
    const lookUp = (hashes: string[]) =>
      this.ask((database) => hashes.map((hash) => database.keys.get(hash)).map((key) => key && { ...key }));
    this.product = new SimulatedProduct(machine, this.revocations, transaction, lookUp, leaseMs === 0 ? 0 : 1000);
    this.verifier = this.product.verifier;
  }

  private readonly store: SimulatedStore;

  get isMoved(): boolean {
    return this.route.pool !== this.route.session;
  }

  /**
   * Whether its pool leads elsewhere, and it may not know: it has had no time to renew its lease since and to read that back,
   * or it has no session, and so nothing to compare with. It finds out when it has opened another one.
   */
  get isMisled(): boolean {
    if (!this.isMoved) return false;
    const since = Math.max(this.movedAt, this.route.hinderedAt, this.machine.thawsAt);
    return this.hasLostSession || this.world.now < since + LEASES_UNTIL_READ_BACK * this.leaseMs;
  }

  movePool(database: SimulatedDatabase): void {
    this.route.pool = database;
    this.movedAt = this.world.now;
    this.hasLostSession = !this.isServing;
  }

  /** Whether it holds a lease at this moment. */
  get isServing(): boolean {
    return this.revocations.mayServeFromMemory();
  }

  async start(): Promise<void> {
    await this.revocations.onModuleInit();
  }

  async stop(): Promise<void> {
    await this.revocations.onApplicationShutdown();
  }

  /** Its sockets are closed by its machine; behind a cut, the server finds out only later. */
  kill(): void {
    const { machine, route, world, rollbacks, connection } = this;
    machine.kill();
    world.after(route.isCut ? TRANSACTION_TIMEOUT_MS : latency(world, this.leaseMs), () => {
      connection?.abandon();
      for (const rollback of rollbacks) rollback();
    });
  }

  breakSession(): void {
    this.connection?.break();
  }

  /** Deletes a key as the service does. Resolves when it is acknowledged, also that it is gone already. */
  async delete(hash: string, keyId: string, onTransaction: (database: SimulatedDatabase) => void): Promise<void> {
    this.onTransaction = onTransaction;
    await this.product.delete(hash, keyId);
  }

  private async transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    const { pool } = this.route;
    this.onTransaction(pool);
    let begun: number | undefined;
    let deleted: string | undefined;
    const query = (hash: string): Promise<boolean[]> => {
      deleted = hash;
      return this.askLong(pool, (database) => {
        begun = this.beginAt(database);
        return [database.keys.get(hash)?.isDeleted === false];
      });
    };
    const transaction = { query, dialect: 'postgres' } as unknown as Transaction;
    try {
      const result = await body(transaction);
      const staged = this.store.stagedIn(transaction);
      const listed: Promise<unknown>[] = [];
      const isCommitted = await this.askLong(pool, (database) => {
        begun ??= this.beginAt(database);
        const change = (): void => {
          const key = deleted === undefined ? undefined : database.keys.get(deleted);
          if (!key) return;
          key.isDeleted = true;
          key.deletedAt ??= this.world.now;
        };
        const revocations = staged.map(({ revocation }) => revocation);
        if (!database.commit(begun, change, revocations)) return false;
        for (const { notice, answer } of staged) {
          const list = this.askLong(pool, (other) => notifyAndList(other, notice), LOOK_UP_TIMEOUT_MS);
          answer(list);
          listed.push(list);
        }
        return true;
      });
      if (!isCommitted) throw new StoreUnavailableError(new Error('The server has ended the transaction.'));
      await Promise.allSettled(listed);
      return result;
    } catch (error) {
      this.rollBack(pool, begun);
      throw error;
    }
  }

  private rollBack(pool: SimulatedDatabase, begun: number | undefined): void {
    if (begun !== undefined) this.askLong(pool, (database) => database.rollback(begun)).catch(() => undefined);
  }

  /** The server ends what is left in the middle, and soon what nobody is at the other end of. */
  private beginAt(database: SimulatedDatabase): number {
    const begun = database.begin();
    const rollback = (): void => {
      this.rollbacks.delete(rollback);
      database.rollback(begun);
    };
    this.rollbacks.add(rollback);
    this.world.after(this.machine.isAlive ? TRANSACTION_TIMEOUT_MS : 1, rollback);
    return begun;
  }

  private askLong<T>(
    pool: SimulatedDatabase,
    execute: (database: SimulatedDatabase) => T,
    limitMs?: number,
  ): Promise<T> {
    return ask(this.world, this.machine, this.route, this.leaseMs, execute, pool, limitMs);
  }
}
