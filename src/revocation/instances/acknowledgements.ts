import type { Time } from '../../kernel/time.js';

/** Collects which instances have acknowledged which of this instance's revocations. */
export class Acknowledgements {
  private last = 0;
  private readonly open = new Map<number, Collection>();

  constructor(private readonly time: Time) {}

  /** How many collections are open. */
  get size(): number {
    return this.open.size;
  }

  /** Begins to collect for a new revocation, under a number that this instance has not used before. */
  expect(): number {
    this.last += 1;
    this.open.set(this.last, { instances: new Set(), changed: undefined });
    return this.last;
  }

  /** An instance has evicted what the revocation named. */
  note(number: number, instanceId: string): void {
    const collection = this.open.get(number);
    collection?.instances.add(instanceId);
    collection?.changed?.();
  }

  /**
   * Resolves once each of the instances has acknowledged, or its time is up.
   *
   * @param timesMs by instance, for how long it is waited for
   * @returns whether all have acknowledged.
   */
  async of(number: number, timesMs: ReadonlyMap<string, number>): Promise<boolean> {
    const collection = this.open.get(number);
    if (!collection) return false;
    const beginning = this.time.monotonic();
    for (;;) {
      const passedMs = this.time.monotonic() - beginning;
      const missing = [...timesMs].filter(([id]) => !collection.instances.has(id));
      const awaited = missing.map(([, timeMs]) => timeMs - passedMs).filter((leftMs) => leftMs > 0);
      if (awaited.length === 0) return missing.length === 0;
      await this.changeOrTimeout(collection, Math.min(...awaited));
    }
  }

  /** Which instances have acknowledged so far. */
  by(number: number): ReadonlySet<string> {
    return this.open.get(number)?.instances ?? new Set();
  }

  /** Ends the collection. */
  end(number: number): void {
    this.open.delete(number);
  }

  private changeOrTimeout(collection: Collection, milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.time.after(Math.ceil(milliseconds), resolve, 'process');
      collection.changed = () => {
        cancel();
        resolve();
      };
    });
  }
}

interface Collection {
  readonly instances: Set<string>;
  changed: (() => void) | undefined;
}
