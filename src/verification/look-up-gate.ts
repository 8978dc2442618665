import { StoreUnavailableError, TooManyLookUpsError } from '../common/latchkey-error.js';

export interface LookUpLimits {
  /** Look-ups that run at a time. */
  atOnce: number;
  /** Look-ups of one source that run or wait. */
  ofOneSource: number;
  /** Look-ups of all sources that wait. */
  waiting: number;
}

interface Waiting {
  begin: () => void;
  refuse: (error: Error) => void;
}

interface Source {
  name: string;
  running: number;
  /** Oldest first. */
  waiting: Waiting[];
}

/**
 * Lets look-ups run: a few at a time, the sources in turn, so that one that asks for much holds up itself alone. When too
 * many wait, the newest of the source with the most is refused: a source that asks for little gets in, however many others
 * there are.
 */
export class LookUpGate {
  private readonly sources = new Map<string, Source>();
  /** The sources with look-ups that wait, next one first. */
  private readonly turns = new Set<Source>();
  private running = 0;
  private waiting = 0;
  private refusals = 0;

  constructor(private readonly limits: LookUpLimits) {}

  /** Look-ups that run or wait now. */
  get pending(): number {
    return this.running + this.waiting;
  }

  /** Look-ups refused so far. */
  get refused(): number {
    return this.refusals;
  }

  /**
   * Runs the look-up when its turn comes; never at once.
   *
   * @throws {TooManyLookUpsError} if its source, or all sources together, have too many.
   * @throws {StoreUnavailableError} if the store gave up a look-up while this one waited.
   */
  async run<T>(name: string, lookUp: () => Promise<T>): Promise<T> {
    const source = this.sources.get(name) ?? { name, running: 0, waiting: [] };
    if (source.running + source.waiting.length >= this.limits.ofOneSource) throw this.refusal();
    await this.turnOf(source);
    try {
      return await lookUp();
    } catch (error) {
      if (error instanceof StoreUnavailableError) this.giveUp(error);
      throw error;
    } finally {
      this.end(source);
    }
  }

  private begin(source: Source): void {
    this.sources.set(source.name, source);
    source.running += 1;
    this.running += 1;
  }

  private end(source: Source): void {
    source.running -= 1;
    this.running -= 1;
    this.release(source);
    const [next] = this.turns;
    const first = next?.waiting[0];
    if (!next || !first) return;
    // Begun before it waits no longer, so that its source stays.
    this.begin(next);
    this.leave(next, first);
    if (this.turns.delete(next)) this.turns.add(next);
    first.begin();
  }

  private turnOf(source: Source): Promise<void> {
    if (this.running < this.limits.atOnce) {
      this.begin(source);
      return Promise.resolve();
    }
    if (this.waiting >= this.limits.waiting) this.makeRoomFor(source);
    return new Promise((begin, refuse) => {
      this.sources.set(source.name, source);
      this.turns.add(source);
      this.waiting += 1;
      source.waiting.push({ begin, refuse });
    });
  }

  /** Refuses the newest look-up of the source that waits for most: perhaps the one that would come to wait. */
  private makeRoomFor(newcomer: Source): void {
    let largest = newcomer;
    for (const source of this.turns) if (source.waiting.length > largest.waiting.length) largest = source;
    const newest = largest.waiting.at(-1);
    if (largest === newcomer || !newest) throw this.refusal();
    this.leave(largest, newest);
    newest.refuse(this.refusal());
  }

  /** A store that does not answer in time keeps nobody waiting for another look-up that it will not answer. */
  private giveUp(error: StoreUnavailableError): void {
    for (const source of this.turns) {
      for (const entry of [...source.waiting]) {
        this.leave(source, entry);
        entry.refuse(error);
      }
    }
  }

  private leave(source: Source, entry: Waiting): void {
    source.waiting.splice(source.waiting.indexOf(entry), 1);
    this.waiting -= 1;
    if (source.waiting.length === 0) this.turns.delete(source);
    this.release(source);
  }

  private release(source: Source): void {
    if (source.running + source.waiting.length === 0) this.sources.delete(source.name);
  }

  private refusal(): TooManyLookUpsError {
    this.refusals += 1;
    return new TooManyLookUpsError();
  }
}
