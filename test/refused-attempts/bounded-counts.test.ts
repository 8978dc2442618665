import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BoundedCounts } from '../../src/refused-attempts/bounded-counts.js';

const often = fc.integer({ min: 0, max: 9 }).map((n) => `often ${n}`);
const rare = fc.integer({ min: 0, max: 400 }).map((n) => `rare ${n}`);
// More than are kept, each as often; and after them some that come often, between others that come once.
const late = fc
  .tuple(
    fc.integer({ min: 90, max: 110 }),
    fc.integer({ min: 1, max: 4 }),
    fc.array(often, { maxLength: 400, size: 'max' }),
  )
  .map(([many, times, after]) => [
    ...Array.from({ length: many * times }, (_, at) => `early ${at % many}`),
    ...after.flatMap((each, at) => [each, `once ${at}`]),
  ]);
const names = fc.oneof(fc.array(fc.oneof(often, rare), { minLength: 1, maxLength: 1500, size: 'max' }), late);

function countsOf(all: readonly string[]): BoundedCounts {
  const counts = new BoundedCounts();
  for (const each of all) counts.add(each);
  return counts;
}

function exactly(all: readonly string[]): Map<string, number> {
  const exact = new Map<string, number>();
  for (const each of all) exact.set(each, (exact.get(each) ?? 0) + 1);
  return exact;
}

describe('BoundedCounts', () => {
  it('names what came more often than a fifty-first part, and says of none that it came more often than it did', () => {
    fc.assert(
      fc.property(names, (all) => {
        const exact = exactly(all);
        const { named, others } = countsOf(all).ranking();

        expect(named.length).toBeLessThanOrEqual(50);
        expect(named.reduce((sum, { count }) => sum + count, others)).toBe(all.length);
        for (const each of named) expect(each.count).toBeLessThanOrEqual(exact.get(each.name) ?? 0);
        const common = [...exact].filter(([, count]) => count > all.length / 51).map(([each]) => each);
        expect(named.map((each) => each.name)).toEqual(expect.arrayContaining(common));
      }),
      { numRuns: 200, endOnFailure: true },
    );
  });

  it('is exact where there are few names', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 40 }).map(String)), (all) => {
        const { named, others } = countsOf(all).ranking();
        expect(new Map(named.map((each) => [each.name, each.count]))).toEqual(exactly(all));
        expect(others).toBe(0);
      }),
    );
  });

  it('added up, says of none that it came more often than it did, and loses none of the total', () => {
    fc.assert(
      fc.property(names, names, (one, other) => {
        const sum = countsOf(one);
        sum.addAll(countsOf(other));
        const exact = exactly([...one, ...other]);
        const { named, others } = sum.ranking();
        expect(named.reduce((total, { count }) => total + count, others)).toBe(one.length + other.length);
        for (const each of named) expect(each.count).toBeLessThanOrEqual(exact.get(each.name) ?? 0);
      }),
      { numRuns: 100, endOnFailure: true },
    );
  });
});
