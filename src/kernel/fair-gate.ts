export interface GateLimits {
  /** Tasks that run at a time. */
  running: number;
  /** Tasks of one source that run at a time. */
  runningOfOne: number;
  /** Tasks that wait. */
  waiting: number;
  /** Tasks of one source that wait. */
  waitingOfOne: number;
}

interface Entry {
  begin: () => void;
  refuse: (error: Error) => void;
  timer: NodeJS.Timeout;
}

interface Source {
  readonly name: string;
  running: number;
  /** Oldest first. */
  readonly waiting: Entry[];
}

/**
 * Lets tasks run, a bounded number at a time, the sources in turn: a source that asks for much waits for itself alone, and
 * leaves room for others also while its tasks wait for each other. Of what waits, a source that asks for too much is refused
 * its newest.
 */
export class FairGate {
  private readonly sources = new Map<string, Source>();
  /** The sources whose first may run as soon as there is room, next one first. */
  private readonly turns = new Set<Source>();
  private running = 0;
  private waiting = 0;

  /** @param refusal makes what is thrown where a task is not run */
  constructor(
    private readonly limits: GateLimits,
    private readonly refusal: () => Error,
  ) {}

  /** Tasks that run or wait now. */
  get pending(): number {
    return this.running + this.waiting;
  }

  /**
   * Runs the task when its turn comes.
   *
   * @param longestMs for how long it may wait
   * @throws the refusal if its source, or all sources together, have too many that wait, or its turn does not come in time.
   */
  async run<T>(name: string, longestMs: number, task: () => Promise<T>): Promise<T> {
    const source = this.sources.get(name) ?? { name, running: 0, waiting: [] };
    if (this.running < this.limits.running && this.mayRunNext(source)) this.begin(source);
    else await this.turnOf(source, longestMs);
    try {
      return await task();
    } finally {
      this.end(source);
    }
  }

  private mayRunNext({ running, waiting }: Source): boolean {
    return running < this.limits.runningOfOne && waiting.length === 0;
  }

  private begin(source: Source): void {
    this.sources.set(source.name, source);
    source.running += 1;
    this.running += 1;
  }

  private end(source: Source): void {
    source.running -= 1;
    this.running -= 1;
    if (source.waiting.length > 0) this.turns.add(source);
    this.release(source);
    const [next] = this.turns;
    const first = next?.waiting[0];
    if (!next || !first) return;
    // Begun before it waits no longer, so that its source stays.
    this.begin(next);
    this.leave(next, first);
    // To the end of the line, unless as many of it run as may.
    if (this.turns.delete(next) && next.running < this.limits.runningOfOne) this.turns.add(next);
    first.begin();
  }

  private turnOf(source: Source, longestMs: number): Promise<void> {
    const { waiting, waitingOfOne, runningOfOne } = this.limits;
    if (source.waiting.length >= waitingOfOne) throw this.refusal();
    if (this.waiting >= waiting) this.makeRoomFor(source);
    return new Promise((begin, refuse) => {
      const giveUp = (): void => {
        this.leave(source, entry);
        refuse(this.refusal());
      };
      const entry: Entry = { begin, refuse, timer: setTimeout(giveUp, longestMs).unref() };
      this.sources.set(source.name, source);
      this.waiting += 1;
      source.waiting.push(entry);
      if (source.running < runningOfOne) this.turns.add(source);
    });
  }

  /** Refuses the newest of the source with the most that waits: perhaps the one that would come to wait. */
  private makeRoomFor(newcomer: Source): void {
    let largest = newcomer;
    for (const source of this.sources.values()) if (source.waiting.length > largest.waiting.length) largest = source;
    const newest = largest.waiting.at(-1);
    if (largest === newcomer || !newest) throw this.refusal();
    this.leave(largest, newest);
    newest.refuse(this.refusal());
  }

  private leave(source: Source, entry: Entry): void {
    clearTimeout(entry.timer);
    source.waiting.splice(source.waiting.indexOf(entry), 1);
    this.waiting -= 1;
    if (source.waiting.length === 0) this.turns.delete(source);
    this.release(source);
  }

  private release(source: Source): void {
    if (source.running + source.waiting.length === 0) this.sources.delete(source.name);
  }
}
