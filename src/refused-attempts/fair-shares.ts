const LEAST_SHARE = 10;

/**
 * Divides an amount equally among those who take of it: as many as there are, so large is the share of each, and never
 * less than ten. What one has not taken is not taken by another. Remembers as many names as the amount says; any more
 * have one share together. So all that is ever taken is bounded, too: the nth to come takes no more than an nth, or ten.
 */
export class FairShares {
  private readonly taken = new Map<string, number>();

  constructor(private readonly amount: number) {}

  /** The budget of one of them. It changes with their number. */
  of(name: string): { hasRoom: () => boolean; take: () => void; giveBack: () => void } {
    const { taken } = this;
    const known = taken.has(name) || taken.size < this.amount ? name : OTHERS;
    const add = (count: number): void => void taken.set(known, (taken.get(known) ?? 0) + count);
    return {
      hasRoom: () => (taken.get(known) ?? 0) < this.shareOf(known),
      take: () => add(1),
      giveBack: () => add(-1),
    };
  }

  private shareOf(name: string): number {
    const sharers = this.taken.size + (this.taken.has(name) ? 0 : 1);
    return Math.max(LEAST_SHARE, Math.floor(this.amount / sharers));
  }
}

// No workspace is called so.
const OTHERS = '';
