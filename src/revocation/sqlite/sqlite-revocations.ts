import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { describeError } from '../../kernel/describe-error.js';
import type { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import type { Time } from '../../kernel/time.js';
import type { Revocation, StagedRevocation } from '../../events/revocation.js';
import { Revocations, type Inspection, type RevocationStatistics } from '../revocations.js';
import type { ServingLock } from './serving-lock.js';

const WAIT_MS = 2000;
const PAUSE_MS = 1000;

/**
 * Revocations on SQLite: at most one process answers from memory, so that there is nobody else to tell. A process that
 * never does may revoke as long as no other does.
 */
export class SqliteRevocations extends Revocations implements OnModuleInit, OnApplicationShutdown {
  readonly hearsOfOthers = false;
  private readonly logger = new Logger(SqliteRevocations.name);
  private staged = 0;
  private hasBegun = false;
  private isStopping = false;
  private retaking: Promise<void> | undefined;

  /** @param serves whether this process answers from memory, as long as it runs */
  constructor(
    private readonly lock: ServingLock,
    private readonly database: Database,
    private readonly serves: boolean,
    private readonly time: Time,
  ) {
    super();
  }

  async onModuleInit(): Promise<void> {
    if (!this.serves) return;
    await this.lock.take(WAIT_MS, this.beginAnew);
    this.hasBegun = true;
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.evictAll();
    // The next to serve must not read before the last commit.
    await this.database.close();
    await this.lock.release();
  }

  mayServeFromMemory(): boolean {
    if (!this.hasBegun || this.isStopping) return false;
    if (this.lock.isHeld) return true;
    this.takeAgain();
    return false;
  }

  assertReadable(): void {
    // There is one file, which transactions and look-ups share.
  }

  assertWritable(): void {
    this.database.assertInPlace();
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
    await this.lock.take(0, this.evictAll);
    this.staged += 1;
    const settle = async (): Promise<void> => {
      this.evict(revocations);
      this.staged -= 1;
      if (!this.serves && this.staged === 0) await this.lock.release();
    };
    return {
      abandon: () => void settle(),
      confirmed: async () => {
        const beginning = this.time.monotonic();
        await settle();
        this.waits.observe((this.time.monotonic() - beginning) / 1000);
      },
    };
  }

  /** Somebody removed the file of the lock. Meanwhile the database answers. */
  private takeAgain(): void {
    this.retaking ??= this.retake().finally(() => (this.retaking = undefined));
  }

  /** A change of the process that served before is made, or will be refused. */
  private readonly beginAnew = async (): Promise<void> => {
    await this.database.transaction(() => Promise.resolve());
    this.evictAll();
  };

  private readonly evictAll = (): void => this.evict('everything');

  private async retake(): Promise<void> {
    this.logger.error('The file that shows who serves the database was removed. No key is answered from memory.');
    try {
      await this.lock.take(WAIT_MS, this.beginAnew);
      this.logger.log('The file that shows who serves the database is there again.');
    } catch (error) {
      this.logger.error({ message: 'Another process may serve the database now.', error: describeError(error) });
      await new Promise<void>((resolve) => void this.time.after(PAUSE_MS, resolve, 'nothing'));
    }
  }

  /** The maker of the change evicted at once what it remembered, or has ended. */
  settle(revocations: readonly Revocation[]): Promise<void> {
    this.evict(revocations);
    return Promise.resolve();
  }
}
