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
  private total = 0;

  /** @param mostNamed how many are named at most */
  constructor(private readonly mostNamed = MOST_NAMED) {}

  has(name: string): boolean {
    return this.estimates.has(name);
  }

  add(name: string, count = 1): void {
    this.total += count;
    const known = this.estimates.get(name);
    if (known) known.upper += count;
    else this.estimates.set(name, this.startOf(count));
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

  /** Of a new name: it takes the place of the rarest once there is none left. */
  private startOf(count: number): Estimate {
    if (this.estimates.size < this.mostKept) return { upper: count, inherited: 0 };
    let [rarest, lowest] = ['', Infinity];
    for (const [name, { upper }] of this.estimates) if (upper < lowest) [rarest, lowest] = [name, upper];
    this.estimates.delete(rarest);
    return { upper: lowest + count, inherited: lowest };
  }
}
