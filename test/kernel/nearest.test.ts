import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isSameNoun, isSameWord, isSlip, nearest } from '../../src/kernel/text/nearest.js';

const WORD = fc.stringMatching(/^[a-d]{1,10}$/);
const LONG_WORD = fc.stringMatching(/^[a-z]{6,12}$/);

describe('nearest', () => {
  it.each([
    ['keyname', 'keyName'],
    ['key-name', 'keyName'],
    ['permission', 'permissions'],
    ['premissions', 'permissions'],
    ['permisions', 'permissions'],
    ['allowedIPs', 'allowedIps'],
    ['allowed_ips', 'allowedIps'],
    ['expiresInSecond', 'expiresInSeconds'],
    ['onwer', 'owner'],
  ])('takes %p for a misspelt %p', (text, meant) => {
    expect(nearest(text, ['keyName', 'permissions', 'allowedIps', 'expiresInSeconds', 'owner'])).toBe(meant);
  });

  it.each([
    ['read', ['*', 'view', 'delete']],
    ['create', ['delete', 'update', 'created', 'recreate']],
    ['export', ['import', 'exporter']],
    ['manage', ['manager']],
    ['viewer', ['view', 'reviewer']],
    ['get', ['set']],
    ['', ['a', '', '-']],
    ['--', ['-', '']],
    ['x', ['y']],
    ['ab', ['ac', 'ba']],
    ['a', ['as']],
    ['v1.1', ['v11']],
    ['toString', ['role']],
    ['a'.repeat(65), ['a'.repeat(64), 'a'.repeat(66)]],
  ])('takes %p for none of %p', (text, words) => {
    expect(nearest(text, words)).toBeUndefined();
  });

  it('guesses among none where several fit', () => {
    expect(nearest('TEAM', ['team', 'teams', 'other'])).toBeUndefined();
    expect(nearest('TEAM', ['team', 'team', 'other'])).toBe('team');
  });

  it('finds every word with one slip inside it, its plural, and it in other writing', () => {
    const at = fc.nat({ max: 1000 });
    fc.assert(
      fc.property(LONG_WORD, at, (word, nth) => {
        const inside = 1 + (nth % (word.length - 2));
        const doubled = word.slice(0, inside) + word.slice(inside - 1);
        const skipped = word.slice(0, inside) + word.slice(inside + 1);
        const written = [`${word}s`, word.toUpperCase(), `${word.slice(0, inside)}-${word.slice(inside)}`];
        for (const text of [doubled, skipped, ...written]) expect(nearest(text, [word])).toBe(word);
        const before = 1 + (nth % (word.length - 3));
        const [one, other] = [word.charAt(before), word.charAt(before + 1)];
        expect(nearest(word.slice(0, before) + other + one + word.slice(before + 2), [word])).toBe(word);
      }),
      { numRuns: 1000 },
    );
  });

  it('finds nothing that is further: one edit inside at the most, or an s at the end', () => {
    fc.assert(
      fc.property(WORD, WORD, (text, word) => {
        if (nearest(text, [word]) === undefined) return;
        expect(distance(text, word)).toBeLessThanOrEqual(1);
        expect(text.charAt(0)).toBe(word.charAt(0));
        expect(text.at(-1)).toBe(word.at(-1));
      }),
      { numRuns: 5000 },
    );
  });

  it('is the same from either side', () => {
    fc.assert(
      fc.property(WORD, WORD, (one, other) => {
        for (const holds of [isSameWord, isSameNoun, isSlip]) expect(holds(one, other)).toBe(holds(other, one));
      }),
    );
  });
});

/** Optimal string alignment by its recurrence. */
function distance(from: string, to: string): number {
  const rows: number[][] = [];
  for (let i = 0; i <= from.length; i += 1) {
    rows.push([]);
    for (let j = 0; j <= to.length; j += 1) {
      const at = (row: number, column: number): number => rows[row]?.[column] ?? Infinity;
      const replaced = at(i - 1, j - 1) + (from[i - 1] === to[j - 1] ? 0 : 1);
      const swapped =
        i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1] ? at(i - 2, j - 2) + 1 : 9;
      (rows[i] as number[]).push(i + j === 0 ? 0 : Math.min(replaced, swapped, at(i - 1, j) + 1, at(i, j - 1) + 1));
    }
  }
  return rows[from.length]?.[to.length] ?? Infinity;
}
