import { Histogram } from '../kernel/histogram.js';
import { RevocationBarrier, type Revocation } from '../events/revocation.js';

/** What is not to be answered from memory any more; `'everything'` when revocations may have been missed. */
export type Eviction = readonly Revocation[] | 'everything';

/** How revocations fare, since this instance started. */
export interface RevocationStatistics {
  /** Whether this instance may answer from memory now. */
  leaseValid: boolean;
  /** How many instances may answer from memory, this one included, as it last saw them. */
  liveInstances: number;
  /** How long restricting changes waited for all instances, in seconds. */
  waits: Histogram;
}

/** How many of the instances that may answer from memory accept a key. */
export interface Inspection {
  accepted: number;
  refused: number;
  /** Have not answered in time, though they hold their lease. */
  silent: number;
}

const WAIT_BOUNDS = [0.0005, 0.001, 0.002, 0.003, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/**
 * Decides when an instance may answer from memory, tells it what to evict, and makes restricting changes wait until
 * all have. How that is kept depends on the store.
 */
export abstract class Revocations extends RevocationBarrier {
  protected readonly waits = new Histogram(WAIT_BOUNDS);
  private readonly listeners: ((eviction: Eviction) => void)[] = [];
  private inspector: (keyId: string) => Promise<boolean> = () => Promise.resolve(false);
  private writer: () => Promise<void> = () => Promise.resolve();

  /** Whether this instance hears of what other processes change and {@link RevocationBarrier.stage}. */
  abstract readonly hearsOfOthers: boolean;

  /** Whether this instance may answer from memory at this moment. Cheap: asked before each answer. */
  abstract mayServeFromMemory(): boolean;

  /** @throws {StoreUnavailableError} if what look-ups read is known to be out of date. */
  abstract assertReadable(): void;

  /** @throws {StoreUnavailableError} if a change could not be acknowledged for good. */
  abstract assertWritable(): void;

  abstract statistics(): RevocationStatistics;

  /** Asks each of the instances, this one included, whether it accepts the key with this id at that moment. */
  abstract inspect(keyId: string): Promise<Inspection>;

  /**
   * Asks each of the instances, this one included, to write down what it has counted until then.
   *
   * @returns whether all have; not if one that may answer from memory does not say so in time.
   * @throws {StoreUnavailableError} if that cannot be found out, or this instance cannot write.
   */
  abstract askToWrite(): Promise<boolean>;

  /** Has the writer called when some instance asks for what this one has counted; it throws if that cannot be written. */
  onAskedToWrite(writer: () => Promise<void>): void {
    this.writer = writer;
  }

  /** Has the inspector asked whether this instance accepts the key with this id, as it would if somebody sent the key. */
  onInspection(inspector: (keyId: string) => Promise<boolean>): void {
    this.inspector = inspector;
  }

  /** Has the listener called with everything that this instance must evict, whichever instance revoked it. */
  onRevoked(listener: (eviction: Eviction) => void): void {
    this.listeners.push(listener);
  }

  /** Whether this instance accepts the key with this id now. */
  protected accepts(keyId: string): Promise<boolean> {
    return this.inspector(keyId);
  }

  /** @throws {StoreUnavailableError} if what this instance has counted cannot be written. */
  protected write(): Promise<void> {
    return this.writer();
  }

  protected evict(eviction: Eviction): void {
    for (const listener of this.listeners) listener(eviction);
  }
}
