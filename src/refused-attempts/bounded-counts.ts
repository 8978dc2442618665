const MOST_KEPT = 100;
const MOST_NAMED = 50;

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
 * How often each name was counted, in bounded memory: the Space-Saving algorithm (Metwally, Agrawal, El Abbadi 2005). A
 * name that came more often than a fifty-first part of all is among those named, however many others came.
 */
export class BoundedCounts {
  private readonly estimates = new Map<string, Estimate>();
  private total = 0;

  add(name: string, count = 1): void {
    this.total += count;
    const known = this.estimates.get(name);
    if (known) known.upper += count;
    else this.estimates.set(name, this.startOf(count));
  }

  addAll(more: BoundedCounts): void {
    for (const [name, { upper, inherited }] of more.estimates) this.add(name, upper - inherited);
    this.total += more.ranking(MOST_KEPT).others;
  }

  /**
   * At most fifty names, those that came most often first, each with how often it surely came. `others` is what the rest
   * comes to.
   */
  ranking(most = MOST_NAMED): { named: Count[]; others: number } {
    const ranked = [...this.estimates].sort(([, one], [, other]) => other.upper - one.upper).slice(0, most);
    const named = ranked.map(([name, { upper, inherited }]) => ({ name, count: upper - inherited }));
    named.sort((one, other) => other.count - one.count);
    return { named, others: named.reduce((rest, { count }) => rest - count, this.total) };
  }

  /** Of a new name: it takes the place of the rarest once there is none left. */
  private startOf(count: number): Estimate {
    if (this.estimates.size < MOST_KEPT) return { upper: count, inherited: 0 };
    let [rarest, lowest] = ['', Infinity];
    for (const [name, { upper }] of this.estimates) if (upper < lowest) [rarest, lowest] = [name, upper];
    this.estimates.delete(rarest);
    return { upper: lowest + count, inherited: lowest };
  }
}
