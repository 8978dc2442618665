import { Mutex } from '../../src/database/sqlite/mutex.js';
import type { Transaction } from '../../src/database/transaction.js';
import { StoreInUseError, StoreUnavailableError } from '../../src/database/errors.js';
import type { ServingLock } from '../../src/revocation/sqlite/serving-lock.js';
import type { ServingProcess, ServingRow } from '../../src/revocation/sqlite/serving-row.js';
import { SqliteRevocations } from '../../src/revocation/sqlite/sqlite-revocations.js';
import type { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { SimulatedFile, SimulatedLockFile } from './simulated-file.js';
import { SimulatedMachine } from './simulated-machine.js';
import { SimulatedProduct } from './simulated-product.js';
import type { World } from './world.js';

const BUSY_TIMEOUT_MS = 5000;
const BETWEEN_TRIES_MS = 5;
const LONGEST_WRITE_MS = 400;
/** The share of commits, and of looks at who serves, for which the disk may take long. */
const STALLED = 0.1;
const LONGEST_STALL_MS = 4000;
const LONGEST_READ_MS = 20;

/** A transaction as the product has it here: what is changed with its commit. */
interface SimulatedTransaction {
  query: (hash: string) => Promise<boolean[]>;
  changes: (() => void)[];
}

/** One process on a SQLite file: the product's verifier, unit of work and revocations, on a simulated file and clock. */
export class SimulatedProcess {
  readonly machine: SimulatedMachine;
  readonly verifier: KeyVerifier;
  private readonly product: SimulatedProduct;
  private readonly revocations: SqliteRevocations;
  private readonly writes = new Mutex();
  private isClosed = false;

  /** @param serves whether it answers from memory; the command line does not */
  constructor(
    private readonly world: World,
    private readonly file: SimulatedFile,
    serves: boolean,
  ) {
    this.machine = new SimulatedMachine(world);
    const transaction = <T>(body: (transaction: Transaction) => Promise<T>): Promise<T> => this.transact(body);
    const database = { transaction, close: () => this.close(), assertInPlace: () => undefined };
    this.revocations = new SqliteRevocations(this.servingLock(), this.servingRow(), database, serves, this.machine);
    const lookUp = async (hashes: string[]) => {
      await this.takes(LONGEST_READ_MS);
      if (this.isClosed) throw new StoreUnavailableError(new Error('The connection is closed.'));
      const found = hashes.map((hash) => file.keys.get(hash)).map((key) => key && { ...key });
      await this.takes(LONGEST_READ_MS);
      return found;
    };
    this.product = new SimulatedProduct(this.machine, this.revocations, transaction, lookUp, serves ? 1000 : 0);
    this.verifier = this.product.verifier;
  }

  /** Whether it answers from memory at this moment. */
  get isServing(): boolean {
    return this.revocations.mayServeFromMemory();
  }

  /** @throws {StoreInUseError} while another one serves. */
  start(): Promise<void> {
    return this.revocations.onModuleInit();
  }

  stop(): Promise<void> {
    return this.revocations.onApplicationShutdown();
  }

  /** The system takes back what it held: from a process that is not alive. */
  kill(): void {
    this.machine.kill();
  }

  delete(hash: string, keyId: string): Promise<void> {
    return this.product.delete(hash, keyId);
  }

  private transact<T>(body: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.writes.run(async () => {
      if (this.isClosed) throw new StoreUnavailableError(new Error('The connection is closed.'));
      const { file, world, machine } = this;
      const giveUpAt = machine.monotonic() + BUSY_TIMEOUT_MS;
      while (!file.begin(this)) {
        if (machine.monotonic() > giveUpAt) throw new StoreUnavailableError(new Error('The file is locked.'));
        await this.pause();
      }
      const deleted: string[] = [];
      const changes: (() => void)[] = [];
      const query = async (hash: string): Promise<boolean[]> => {
        await this.takes(LONGEST_READ_MS);
        deleted.push(hash);
        return [file.keys.get(hash)?.isDeleted === false];
      };
      try {
        const transaction: SimulatedTransaction = { query, changes };
        const result = await body(transaction as unknown as Transaction);
        await this.takes(world.random.happens(STALLED) ? LONGEST_STALL_MS : LONGEST_WRITE_MS);
        for (const hash of deleted) {
          const key = file.keys.get(hash);
          if (!key) continue;
          key.isDeleted = true;
          key.deletedAt ??= world.now;
        }
        for (const change of changes) change();
        return result;
      } finally {
        file.end(this);
      }
    });
  }

  private close(): Promise<void> {
    return this.writes.run(() => {
      this.isClosed = true;
      return Promise.resolve();
    });
  }

  private servingRow(): ServingRow {
    const { file } = this;
    const read = async (): Promise<ServingProcess | undefined> => {
      await this.takes(LONGEST_READ_MS);
      const { serving } = file;
      await this.takes(this.world.random.happens(STALLED) ? LONGEST_STALL_MS : LONGEST_READ_MS);
      return serving;
    };
    const put = async (transaction: unknown, serving: ServingProcess): Promise<void> => {
      await this.takes(LONGEST_READ_MS);
      (transaction as SimulatedTransaction).changes.push(() => (file.serving = serving));
    };
    const removed = (id: string) => (): void => {
      if (file.serving?.id === id) file.serving = undefined;
    };
    const remove = (id: string): Promise<void> =>
      this.transact((transaction) => {
        (transaction as unknown as SimulatedTransaction).changes.push(removed(id));
        return Promise.resolve();
      });
    return { read, find: read, put, remove } as unknown as ServingRow;
  }

  private servingLock(): ServingLock {
    const { file, machine } = this;
    let held: SimulatedLockFile | undefined;
    const release = (): void => {
      if (held?.holder === this) held.holder = undefined;
      held = undefined;
    };
    const take = async (waitMs: number): Promise<void> => {
      if (held && held === file.lockFile) return;
      release();
      await this.takes(LONGEST_READ_MS);
      const found = (file.lockFile ??= { holder: undefined });
      const giveUpAt = machine.monotonic() + waitMs;
      while (found.holder?.machine.isAlive) {
        if (machine.monotonic() >= giveUpAt) throw new StoreInUseError(new Error('Locked.'));
        await this.pause();
      }
      found.holder = this;
      held = found;
    };
    const turns = new Mutex();
    return {
      take: (waitMs: number) => turns.run(() => take(waitMs)),
      release: () =>
        turns.run(() => {
          release();
          return Promise.resolve();
        }),
    } as unknown as ServingLock;
  }

  private pause(): Promise<void> {
    return new Promise((resolve) => void this.machine.after(BETWEEN_TRIES_MS, resolve));
  }

  /** What the disk is asked for; a process that is frozen meanwhile goes on later, one that was killed does not. */
  private takes(longestMs: number): Promise<void> {
    const { world, machine } = this;
    return new Promise((resolve) => {
      world.after(world.random.spread(0.01, longestMs), () => machine.run(resolve));
    });
  }
}
