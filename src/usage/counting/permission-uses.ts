const MOST_LISTS = 8;

interface Tally {
  asked: readonly string[];
  uses: number;
}

/**
 * How often permissions were asked for and granted. The same permissions are asked for again and again: what is asked for is
 * counted as a whole, and taken apart when it is collected.
 */
export class PermissionUses {
  private tallies: Tally[] = [];
  private byName: Map<string, number> | undefined;

  count(asked: readonly string[]): void {
    const { tallies } = this;
    for (let at = 0; at < tallies.length; at += 1) {
      const tally = tallies[at] as Tally;
      if (tally.asked !== asked && !areSame(tally.asked, asked)) continue;
      tally.uses += 1;
      return;
    }
    if (tallies.length < MOST_LISTS) tallies.push({ asked, uses: 1 });
    else this.add(asked, 1);
  }

  /** @returns how often each since the last time, by name; undefined if none was. */
  collect(): Map<string, number> | undefined {
    for (const { asked, uses } of this.tallies) this.add(asked, uses);
    const collected = this.byName;
    this.tallies = [];
    this.byName = undefined;
    return collected;
  }

  private add(asked: readonly string[], uses: number): void {
    const byName = (this.byName ??= new Map<string, number>());
    for (const name of asked) byName.set(name, (byName.get(name) ?? 0) + uses);
  }
}

function areSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at += 1) if (some[at] !== others[at]) return false;
  return true;
}
