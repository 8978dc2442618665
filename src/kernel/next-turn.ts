import { setImmediate } from 'node:timers/promises';

const LONGEST_MS = 5;

/** Lets everything else have its turn: for loops whose length a caller decides. */
export function nextTurn(): Promise<void> {
  return setImmediate();
}

/** The time that a loop may take before it lets everything else have its turn. */
export class Turn {
  private began = performance.now();

  get isOver(): boolean {
    return performance.now() - this.began >= LONGEST_MS;
  }

  /** To be awaited when the turn is over. */
  async next(): Promise<void> {
    await nextTurn();
    this.began = performance.now();
  }
}

/** What `Array.map` gives, in turns of a few milliseconds: for what may be long, or have long items. */
export async function mapInTurns<Item, Result>(items: readonly Item[], map: (item: Item) => Result): Promise<Result[]> {
  const turn = new Turn();
  const results: Result[] = [];
  for (const item of items) {
    if (turn.isOver) await turn.next();
    results.push(map(item));
  }
  return results;
}
