import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SYSTEM_TIME } from '../../src/kernel/time.js';
import { LeaseWatch } from '../../src/revocation/instances/lease-watch.js';

const LEASE_MS = 1000;
const WHOLE = LEASE_MS * 1.25 + 5;

const instance = (id: string, renewals: number, leaseMs = LEASE_MS) => ({ id, renewals, leaseMs });

function watching() {
  let now = 0;
  const watch = new LeaseWatch(LEASE_MS, { ...SYSTEM_TIME, monotonic: () => now });
  const at = (moment: number): LeaseWatch => {
    now = moment;
    return watch;
  };
  return { watch, at };
}

describe('watching the leases of other instances', () => {
  it('allows a whole lease from when it was first seen with its renewals', () => {
    const { watch, at } = watching();
    at(100).see([instance('a', 7)]);
    at(600).see([instance('a', 7)]);
    expect(watch.remainingMs('a')).toBeCloseTo(WHOLE - 500);

    at(700).see([instance('a', 8)]);
    expect(watch.remainingMs('a')).toBeCloseTo(WHOLE);
    expect(at(700 + WHOLE - 1).ended()).toEqual([]);
    expect(at(700 + WHOLE).ended()).toMatchObject([{ id: 'a', renewals: 8 }]);
  });

  it('takes each by the length of its own lease, and allows whoever is not seen the longest', () => {
    const { watch, at } = watching();
    at(0).see([instance('a', 0, 100), instance('b', 0, 5000)]);
    expect(
      at(1000)
        .ended()
        .map(({ id }) => id),
    ).toEqual(['a']);
    watch.see([]);
    expect(watch.longestMs).toBeCloseTo(5000 * 1.25 + 5);
    expect(watch.remainingMs('b')).toBe(0);
  });

  it('never takes a lease for ended that its holder believes in', () => {
    const renewals = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 });
    const looks = fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(renewals, looks, (pauses, gaps) => {
        const { watch, at } = watching();
        // The holder counts from before it sends; the row changes somewhat later.
        const sent = sumsOf(pauses);
        const written = sent.map((at) => at + 20);
        for (const now of sumsOf(gaps)) {
          const seen = written.filter((at) => at <= now).length;
          if (seen === 0) continue;
          at(now).see([instance('a', seen)]);
          const believes = now < sent[seen - 1]! + LEASE_MS;
          if (believes) expect(watch.remainingMs('a')).toBeGreaterThanOrEqual(sent[seen - 1]! + LEASE_MS - now);
        }
      }),
    );
  });
});

function sumsOf(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => (sum += step));
}
