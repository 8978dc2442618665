import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Random } from '../faults/random.js';
import { compareRanks } from './rank-test.js';

const sample = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 40 });

describe('The rank test', () => {
  // Of SciPy 1.17.1: scipy.stats.mannwhitneyu(first, second, method='asymptotic').
  it.each([
    ['few', [19, 22, 16, 29, 24], [20, 11, 17, 12], 17, 0.11134688653314041],
    ['with ties', [1, 2, 2, 3, 5, 5, 5, 8], [2, 3, 5, 6, 7, 8, 9, 9, 9], 15.5, 0.05135181112195001],
    ['far apart', range(0, 40), range(35, 85), 12.5, 1.1050984749891323e-15],
    ['all alike', [1, 1, 1], [1, 1], 3, 1],
  ])('agrees with SciPy: %s', (_, first, second, u, p) => {
    const compared = compareRanks(first, second);

    expect(compared.effect).toBeCloseTo(1 - u / (first.length * second.length), 12);
    expect(compared.p / p).toBeCloseTo(1, 6);
  });

  it('counts the pairs in which the second is above, ties half', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const above = first.flatMap((one) => second.map((other) => (Math.sign(other - one) + 1) / 2));
        const mean = above.reduce((sum, each) => sum + each, 0) / above.length;
        expect(compareRanks(first, second).effect).toBeCloseTo(mean, 12);
      }),
    );
  });

  it('says the same of the two in the other order, and of other units', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const { effect, p } = compareRanks(first, second);
        const turned = compareRanks(second, first);
        expect(turned.effect).toBeCloseTo(1 - effect, 12);
        expect(turned.p).toBe(p);
        expect(compareRanks(first.map(Math.exp), second.map(Math.exp))).toEqual({ effect, p });
      }),
    );
  });

  it('finds a shift of a twentieth of the spread among ten thousand', () => {
    const random = new Random(1);
    const first = Array.from({ length: 10_000 }, () => duration(random));
    const second = Array.from({ length: 10_000 }, () => duration(random) + 0.05);

    const { effect, p } = compareRanks(first, second);

    expect(effect).toBeGreaterThan(0.51);
    expect(p).toBeLessThan(1e-6);
  });

  it('is as often wrong as it says where there is no difference', () => {
    const random = new Random(2);
    const ps = Array.from({ length: 2000 }, () => {
      const draw = () => Array.from({ length: 50 }, () => duration(random));
      return compareRanks(draw(), draw()).p;
    });

    for (const level of [0.5, 0.1, 0.01]) {
      const wrong = ps.filter((p) => p < level).length / ps.length;
      const spread = Math.sqrt((level * (1 - level)) / ps.length);
      expect(Math.abs(wrong - level)).toBeLessThan(3 * spread);
    }
  });

  it('refuses to compare with nothing', () => {
    expect(() => compareRanks([], [1])).toThrow(RangeError);
    expect(() => compareRanks([1], [])).toThrow(RangeError);
  });
});

/** As times are: never below one, and now and then very long. */
function duration(random: Random): number {
  return (1 - random.next()) ** -0.7;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, at) => from + at);
}
