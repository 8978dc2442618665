const MOST_KEPT = 100;
const MOST_NAMED = 50;

/** A name and how often it was counted. */
export interface Count {
  name: string;
  count: number;
}

/** How often each name was counted. Names beyond the first hundred are counted together. */
export class BoundedCounts {
  private readonly counts = new Map<string, number>();
  private others = 0;

  add(name: string, count = 1): void {
    const known = this.counts.get(name);
    if (known === undefined && this.counts.size >= MOST_KEPT) this.others += count;
    else this.counts.set(name, (known ?? 0) + count);
  }

  addAll(more: BoundedCounts): void {
    for (const [name, count] of more.counts) this.add(name, count);
    this.others += more.others;
  }

  /** At most fifty names, those with the highest counts first. `others` is what the rest comes to. */
  ranking(): { named: Count[]; others: number } {
    const ranked = [...this.counts].map(([name, count]) => ({ name, count }));
    ranked.sort((one, other) => other.count - one.count);
    const rest = ranked.splice(MOST_NAMED).reduce((sum, { count }) => sum + count, 0);
    return { named: ranked, others: this.others + rest };
  }
}
