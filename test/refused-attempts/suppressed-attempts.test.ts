import { describe, expect, it } from '@jest/globals';
import type { Attempt } from '../../src/refused-attempts/attempt.js';
import { KnownTargets, type CountedTarget } from '../../src/refused-attempts/known-targets.js';
import { SuppressedAttempts } from '../../src/refused-attempts/suppressed-attempts.js';

const TOGETHER = 500;
const MOST_WAITING = 5000;

/** A store that fails, or answers when it is let: nothing exists in it. */
class Store extends KnownTargets {
  readonly asked: number[] = [];
  isUp = true;
  answer = Promise.resolve();

  override async find<Wanted extends CountedTarget>(targets: readonly Wanted[]): Promise<Set<Wanted>> {
    this.asked.push(targets.length);
    await this.answer;
    if (!this.isUp) throw new Error('The store is down.');
    return new Set();
  }
}

const attemptAt = (id: string): Attempt =>
  ({
    actor: { type: 'apikey', id: 'k', display: '', workspaceId: 'w' },
    event: { action: 'auth.denied', workspaceId: 'w', targets: [{ type: 'apikey', id, display: '' }] },
    kind: 'a',
    source: 'apikey:k',
    route: 'r',
    refusedKey: null,
  }) as unknown as Attempt;

function unknownIn(suppressed: SuppressedAttempts): unknown {
  const changes = suppressed.all.flatMap((counts) => counts.toEvent().changes);
  return changes.find(({ field }) => field === 'unknownTargets')?.after;
}

describe('SuppressedAttempts', () => {
  it('looks up many targets together, and none of them twice at a time', async () => {
    const store = new Store();
    const suppressed = new SuppressedAttempts(store);
    for (let at = 0; at < 2 * TOGETHER; at += 1) await suppressed.add(attemptAt(`${at}`));
    for (let again = 0; again < 2 * TOGETHER; again += 1) await suppressed.add(attemptAt('same'));
    await suppressed.settle();
    expect(store.asked).toEqual([TOGETHER, TOGETHER, 1]);
    expect(unknownIn(suppressed)).toBe(4 * TOGETHER);
  });

  it('lets those wait who bring more while it looks up', async () => {
    const store = new Store();
    const suppressed = new SuppressedAttempts(store);
    let open = (): void => undefined;
    store.answer = new Promise((resolve) => (open = resolve));
    const done: number[] = [];
    const adding = Array.from({ length: 3 * TOGETHER }, (_, at) =>
      suppressed.add(attemptAt(`${at}`)).then(() => done.push(at)),
    );
    await new Promise(setImmediate);
    // All but the one who filled the first batch, and those from the one who filled the second.
    expect(done).toHaveLength(2 * TOGETHER - 2);
    expect(store.asked).toEqual([TOGETHER]);
    open();
    await Promise.all(adding);
    await suppressed.settle();
    expect(unknownIn(suppressed)).toBe(3 * TOGETHER);
  });

  it('asks a store that fails seldom, and keeps a bounded number of targets to be looked up later', async () => {
    const store = new Store();
    store.isUp = false;
    const suppressed = new SuppressedAttempts(store);
    const all = MOST_WAITING + 2000;
    for (let at = 0; at < all; at += 1) await suppressed.add(attemptAt(`${at}`));
    expect(store.asked.length).toBeLessThanOrEqual(MOST_WAITING / TOGETHER);
    expect(unknownIn(suppressed)).toBe(all - MOST_WAITING);
    await expect(suppressed.settle()).rejects.toThrow('The store is down.');

    const next = new SuppressedAttempts(store);
    next.addAll(suppressed);
    store.isUp = true;
    await next.settle();
    expect(unknownIn(next)).toBe(all);
  });
});
