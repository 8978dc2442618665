import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LeaseWatch } from '../../src/revocation/lease-watch.js';

const LEASE_MS = 1000;
const WHOLE = LEASE_MS * 1.01 + 5;

const instance = (id: string, renewals: number, leaseMs = LEASE_MS) => ({ id, renewals, leaseMs });

describe('watching the leases of other instances', () => {
  it('allows a whole lease from when it was first seen with its renewals', () => {
    const watch = new LeaseWatch(LEASE_MS);
    watch.see([instance('a', 7)], 100);
    watch.see([instance('a', 7)], 600);
    expect(watch.remainingMs('a', 600)).toBeCloseTo(WHOLE - 500);

    watch.see([instance('a', 8)], 700);
    expect(watch.remainingMs('a', 700)).toBeCloseTo(WHOLE);
    expect(watch.ended(700 + WHOLE - 1)).toEqual([]);
    expect(watch.ended(700 + WHOLE)).toMatchObject([{ id: 'a', renewals: 8 }]);
  });

  it('takes each by the length of its own lease, and allows whoever is not seen the longest', () => {
    const watch = new LeaseWatch(LEASE_MS);
    watch.see([instance('a', 0, 100), instance('b', 0, 5000)], 0);
    expect(watch.ended(1000).map(({ id }) => id)).toEqual(['a']);
    watch.see([], 1000);
    expect(watch.longestMs).toBeCloseTo(5000 * 1.01 + 5);
    expect(watch.remainingMs('b', 1000)).toBe(0);
  });

  it('never takes a lease for ended that its holder believes in', () => {
    const renewals = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 });
    const looks = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(renewals, looks, (pauses, gaps) => {
        const watch = new LeaseWatch(LEASE_MS);
        // The holder counts from before it sends; the row changes somewhat later.
        const sent = sumsOf(pauses);
        const written = sent.map((at) => at + 20);
        for (const now of sumsOf(gaps)) {
          const seen = written.filter((at) => at <= now).length;
          if (seen === 0) continue;
          watch.see([instance('a', seen)], now);
          const believes = now < sent[seen - 1]! + LEASE_MS;
          if (believes) expect(watch.remainingMs('a', now)).toBeGreaterThanOrEqual(sent[seen - 1]! + LEASE_MS - now);
        }
      }),
    );
  });
});

function sumsOf(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
