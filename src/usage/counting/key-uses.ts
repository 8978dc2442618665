import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnModuleInit,
} from '@nestjs/common';
import { Clock } from '../../kernel/clock.js';
import { describeError } from '../../kernel/describe-error.js';
import type { Caller, KeyUse } from '../../identity/key-use.js';
import { SecretScanner } from '../../kernel/keys/secret-scanner.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../../latchkey.options.js';
import { UsageStore } from '../store/usage-store.js';
import { PendingUses } from './pending-uses.js';
import { UseCounts, type UseRow } from './use-counts.js';
import type { CountedKey, Outcome } from './use-counter.js';

const FLUSH_MS = 1000;
/** While nothing is used, how often an instance says that it has nothing to write. */
const QUIET_FLUSHES = 5;
const ROWS_AT_ONCE = 2000;

interface Batch {
  number: number;
  rows: readonly UseRow[];
}

/**
 * Counts every verification of a key, in memory, and writes it down every second and on shutdown: counting never slows or
 * fails a request. A kill loses at most the last second, and reports say that it may have.
 */
@Injectable()
export class KeyUses implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(KeyUses.name);
  private readonly counts: UseCounts;
  private readonly pending = new PendingUses();
  /** Last uses of keys that others were changing. */
  private lastUses = new Map<string, string>();
  /** What may have been written: it is not known. To be written, or found written, before all else. */
  private unknown: Batch | undefined;
  private batches = 0;
  private quiet = 0;
  /** Whether it is said in the log that uses cannot be written. */
  private isTroubled = false;
  private collectedAt = 0;
  private flushing: Promise<boolean> | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: UsageStore,
    clock: Clock,
    secrets: SecretScanner,
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
  ) {
    this.counts = new UseCounts(clock, secrets);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.tick(), FLUSH_MS).unref();
  }

  /** Notes that this instance counts from now on, if it is to answer from memory. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.options.cacheSize === 0) return;
    try {
      await this.store.begin();
    } catch (error) {
      this.warn(error);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.flushing;
    await this.flush();
    if (!this.isWritten) return;
    await this.store.end().catch((error: unknown) => this.warn(error));
  }

  /** Whether nothing waits to be written. */
  get isWritten(): boolean {
    return this.counts.size === 0 && this.pending.size === 0 && this.unknown === undefined;
  }

  /** Counts that a key was accepted. @returns the use, for what follows of it */
  accepted(key: CountedKey, caller: Caller): KeyUse {
    return this.counts.accept(key, caller);
  }

  /** Counts that a key was refused. */
  refused(keyId: string, outcome: Exclude<Outcome, 'valid'>, caller: Caller): void {
    this.counts.refuse(keyId, outcome, caller);
  }

  /**
   * Writes down what was counted until now; what cannot be written is tried again with the next.
   *
   * @returns whether it is written.
   */
  async flush(): Promise<boolean> {
    // What a write that is under way began with was counted before.
    while (this.flushing) await this.flushing;
    this.collect();
    return this.start();
  }

  private tick(): Promise<boolean> {
    this.collect();
    return this.start();
  }

  private collect(): void {
    if (this.counts.size === 0) return;
    this.pending.add(this.counts.collect());
  }

  private start(): Promise<boolean> {
    this.collectedAt = performance.now();
    this.flushing ??= this.write().finally(() => (this.flushing = undefined));
    return this.flushing;
  }

  private async write(): Promise<boolean> {
    try {
      const isQuiet = this.pending.size === 0 && this.unknown === undefined && this.lastUses.size === 0;
      if (isQuiet) {
        await this.sayQuiet();
        return true;
      }
      this.quiet = 0;
      while (this.unknown !== undefined || this.pending.size > 0) await this.writeBatch();
      await this.writeLastUses();
      this.isTroubled = false;
      return true;
    } catch (error) {
      this.warn(error);
      return false;
    }
  }

  private async writeBatch(): Promise<void> {
    this.unknown ??= { number: (this.batches += 1), rows: this.pending.take(ROWS_AT_ONCE) };
    const { number, rows } = this.unknown;
    const isLast = this.pending.size === 0;
    // If this fails, it is tried again as it is: it may have been written all the same.
    const skipped = await this.store.write(number, rows, isLast ? this.collectedAt : null);
    this.unknown = undefined;
    for (const [id, date] of skipped) this.keep(id, date);
  }

  private async writeLastUses(): Promise<void> {
    if (this.lastUses.size === 0) return;
    const kept = this.lastUses;
    this.lastUses = new Map();
    try {
      for (const [id, date] of await this.store.writeLastUses([...kept])) this.keep(id, date);
    } catch (error) {
      for (const [id, date] of kept) this.keep(id, date);
      throw error;
    }
  }

  private keep(id: string, date: string): void {
    if ((this.lastUses.get(id) ?? '') < date) this.lastUses.set(id, date);
  }

  private async sayQuiet(): Promise<void> {
    this.quiet = (this.quiet + 1) % QUIET_FLUSHES;
    if (this.quiet === 0) await this.store.beQuiet(this.collectedAt);
  }

  /** Once for each time: it is tried every second. */
  private warn(error: unknown): void {
    if (this.isTroubled) return;
    this.isTroubled = true;
    this.logger.warn({ message: 'The uses of keys could not be written yet.', error: describeError(error) });
  }
}
