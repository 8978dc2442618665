import type { OnApplicationShutdown, OnModuleInit } from '@nestjs/common';
import type { Transaction } from '../database/transaction.js';
import type { Revocation, StagedRevocation } from '../events/revocation.js';
import { Revocations, type Inspection, type RevocationStatistics } from './revocations.js';
import type { ServingLock } from './serving-lock.js';

const WAIT_MS = 2000;

/**
 * Revocations on SQLite: at most one process answers from memory, so that there is nobody else to tell. A process that
 * never does may revoke as long as no other does.
 */
export class SqliteRevocations extends Revocations implements OnModuleInit, OnApplicationShutdown {
  readonly hearsOfOthers = false;
  private staged = 0;

  /** @param serves whether this process answers from memory, as long as it runs */
  constructor(
    private readonly lock: ServingLock,
    private readonly serves: boolean,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    if (this.serves) await this.lock.take(WAIT_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.forget('everything');
    await this.lock.release();
  }

  mayServeFromMemory(): boolean {
    return this.serves && this.lock.isHeld;
  }

  assertReadable(): void {
    // There is one file, which transactions and look-ups share.
  }

  assertWritable(): void {
    // Settled when the file is opened.
  }

  statistics(): RevocationStatistics {
    const leaseValid = this.mayServeFromMemory();
    return { leaseValid, liveInstances: leaseValid ? 1 : 0, waits: this.waits };
  }

  async inspect(keyId: string): Promise<Inspection> {
    const accepted = Number(await this.accepts(keyId));
    return { accepted, refused: 1 - accepted, silent: 0 };
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /** Transactions take turns, so that this is never under way twice at once. */
  async stage(_transaction: Transaction, revocations: readonly Revocation[]): Promise<StagedRevocation> {
    await this.lock.take(0);
    this.staged += 1;
    const settle = async (): Promise<void> => {
      this.forget(revocations);
      this.staged -= 1;
      if (!this.serves && this.staged === 0) await this.lock.release();
    };
    return {
      abandon: () => void settle(),
      confirmed: async () => {
        const beginning = performance.now();
        await settle();
        this.waits.observe((performance.now() - beginning) / 1000);
      },
    };
  }

  /** The maker of the change evicted at once what it remembered, or has ended. */
  settle(revocations: readonly Revocation[]): Promise<void> {
    this.forget(revocations);
    return Promise.resolve();
  }
}
