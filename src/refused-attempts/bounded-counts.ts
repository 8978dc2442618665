const MOST_NAMED = 50;
/** For each that is named: what comes often late pushes out what came often early otherwise. */
const KEPT_FOR_EACH = 2;

/** A name and how often it was counted. */
export interface Count {
  name: string;
  count: number;
}

interface Estimate {
  /** Not lower than how often the name was counted. */
  upper: number;
  /** How much of that was counted for other names. */
  inherited: number;
}

/**
 * How often each name was counted, in bounded memory: the Space-Saving algorithm (Metwally, Agrawal, El Abbadi 2005). Of
 * fifty that are named, none is missing that came more often than a fifty-first part of all, however many others came.
 */
export class BoundedCounts {
  private readonly estimates = new Map<string, Estimate>();
  /** The names of each estimate: a flood of new names would look through all of them otherwise. */
  private readonly byUpper = new Map<number, Set<string>>();
  private lowest = Infinity;
  private total = 0;

  /** @param mostNamed how many are named at most */
  constructor(private readonly mostNamed = MOST_NAMED) {}

  has(name: string): boolean {
    return this.estimates.has(name);
  }

  add(name: string, count = 1): void {
    this.total += count;
    const estimate = this.estimates.get(name) ?? this.takePlace();
    if (estimate.upper > 0) this.leave(estimate.upper, name);
    const upper = estimate.upper + count;
    this.estimates.set(name, { ...estimate, upper });
    this.byUpper.set(upper, (this.byUpper.get(upper) ?? new Set()).add(name));
    if (upper < this.lowest) this.lowest = upper;
  }

  addAll(more: BoundedCounts): void {
    for (const [name, { upper, inherited }] of more.estimates) this.add(name, upper - inherited);
    this.total += more.ranking(this.mostKept).others;
  }

  /**
   * At most as many names as are to be named, those that came most often first, each with how often it surely came. `others` is what the rest
   * comes to.
   */
  ranking(most = this.mostNamed): { named: Count[]; others: number } {
    const ranked = [...this.estimates].sort(([, one], [, other]) => other.upper - one.upper).slice(0, most);
    const named = ranked.map(([name, { upper, inherited }]) => ({ name, count: upper - inherited }));
    named.sort((one, other) => other.count - one.count);
    return { named, others: named.reduce((rest, { count }) => rest - count, this.total) };
  }

  private get mostKept(): number {
    return this.mostNamed * KEPT_FOR_EACH;
  }

  /** For a new name: once there is none left, it takes the place of one of the rarest. */
  private takePlace(): Estimate {
    if (this.estimates.size < this.mostKept) return { upper: 0, inherited: 0 };
    const { lowest } = this;
    const [rarest = ''] = this.byUpper.get(lowest) ?? [];
    this.estimates.delete(rarest);
    this.leave(lowest, rarest);
    return { upper: lowest, inherited: lowest };
  }

  private leave(upper: number, name: string): void {
    const names = this.byUpper.get(upper);
    names?.delete(name);
    if (names?.size !== 0) return;
    this.byUpper.delete(upper);
    if (upper === this.lowest) this.lowest = Math.min(...this.byUpper.keys());
  }
}
