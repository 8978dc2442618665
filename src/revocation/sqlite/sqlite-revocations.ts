import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { describeError } from '../../kernel/describe-error.js';
import type { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import type { Time } from '../../kernel/time.js';
import type { Revocation, StagedRevocation } from '../../events/revocation.js';
import { Revocations, type Inspection, type RevocationStatistics } from '../revocations.js';
import { LOOK_MS, ServingLease, type Taken } from './serving-lease.js';
import type { ServingLock } from './serving-lock.js';
import type { ServingRow } from './serving-row.js';

const WAIT_MS = 2000;
/** Two processes that cannot see each other's lock take the row from each other no more often. */
const BETWEEN_TAKES_MS = 5000;

/**
 * Revocations on SQLite: at most one process answers from memory, so that there is nobody else to tell. A process that
 * never does may revoke as long as no other does.
 */
export class SqliteRevocations extends Revocations implements OnModuleInit, OnApplicationShutdown {
  readonly hearsOfOthers = false;
  private readonly logger = new Logger(SqliteRevocations.name);
  private readonly lease: ServingLease;
  private staged = 0;
  private isStopping = false;
  private isTroubled = false;
  private takenAt = -Infinity;
  private stopLooking = (): void => undefined;

  /** @param serves whether this process answers from memory, as long as it runs */
  constructor(
    private readonly lock: ServingLock,
    row: ServingRow,
    private readonly database: Pick<Database, 'transaction' | 'close' | 'assertInPlace'>,
    private readonly serves: boolean,
    private readonly time: Time,
  ) {
    super();
    this.lease = new ServingLease(row, time, () => this.evict('everything'));
  }

  async onModuleInit(): Promise<void> {
    if (!this.serves) return;
    await this.lock.take(WAIT_MS);
    // A full disk keeps nobody from reading.
    await this.takeLease().catch((error: unknown) => this.report(error));
    this.lookLater();
  }

  async onApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    this.stopLooking();
    // The next to restrict waits for it to lapse then.
    await this.lease.release().catch(() => undefined);
    await this.database.close();
    await this.lock.release();
  }

  mayServeFromMemory(): boolean {
    return this.serves && !this.isStopping && this.lease.isValid();
  }

  assertReadable(): void {
    // A command would not find a file that was moved away, nor what it deletes there be found here.
    this.database.assertInPlace();
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

  async askToWrite(): Promise<boolean> {
    await this.write();
    return true;
  }

  prepare(): Promise<void> {
    return Promise.resolve();
  }

  /** Transactions take turns, so that this is never under way twice at once. */
  async stage(transaction: Transaction, revocations: readonly Revocation[]): Promise<StagedRevocation> {
    const taken = await this.lease.take(transaction, this.serves && !this.isStopping, this.lockAtOnce);
    this.staged += 1;
    return {
      abandon: () => {
        this.evict(revocations);
        void this.unstage();
      },
      confirmed: async () => {
        const beginning = this.time.monotonic();
        this.evict(revocations);
        if (taken) this.lease.taken(taken);
        await this.lease.waitForOthers();
        await this.unstage();
        this.waits.observe((this.time.monotonic() - beginning) / 1000);
      },
    };
  }

  async settle(revocations: readonly Revocation[]): Promise<void> {
    this.evict(revocations);
    await this.lease.waitForChanges();
  }

  /** A process that does not serve keeps others from it no longer than it must. */
  private async unstage(): Promise<void> {
    this.staged -= 1;
    if (this.serves || this.staged > 0) return;
    // The next to restrict waits for it to lapse then.
    await this.lease.release().catch(() => undefined);
    await this.lock.release();
  }

  private readonly lockAtOnce = (): Promise<void> => this.lock.take(0);

  private lookLater(): void {
    if (this.isStopping) return;
    this.stopLooking = this.time.after(LOOK_MS, () => void this.look().finally(() => this.lookLater()), 'nothing');
  }

  private async look(): Promise<void> {
    try {
      this.assertReadable();
      const isOwn = await this.lease.look();
      if (this.isStopping) return;
      if (!isOwn) this.report(new Error('Another process revoked something, or serves the database now.'));
      if (!isOwn && this.time.monotonic() - this.takenAt < BETWEEN_TAKES_MS) return;
      await this.lock.take(isOwn ? 0 : WAIT_MS);
      if (!isOwn) await this.takeLease();
      if (this.isTroubled) this.logger.log('No other process serves the database.');
      this.isTroubled = false;
    } catch (error) {
      if (!this.isInPlace) this.lease.lose();
      this.report(error);
    }
  }

  private get isInPlace(): boolean {
    try {
      this.assertReadable();
      return true;
    } catch {
      return false;
    }
  }

  private async takeLease(): Promise<void> {
    let taken: Taken | undefined;
    await this.database.transaction(async (transaction) => {
      taken = await this.lease.take(transaction, true, this.lockAtOnce);
    });
    if (taken) this.lease.taken(taken);
    this.takenAt = this.time.monotonic();
  }

  /** Once for each time. */
  private report(error: unknown): void {
    if (this.isTroubled || this.isStopping) return;
    this.isTroubled = true;
    this.logger.error({
      message: 'It is not certain that no other process serves the database.',
      error: describeError(error),
    });
  }
}
