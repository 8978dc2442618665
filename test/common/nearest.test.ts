import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nearest } from '../../src/common/nearest.js';

const WORD = fc.stringMatching(/^[a-d]{0,10}$/);

describe('nearest', () => {
  it.each([
    ['keyNam', 'keyName'],
    ['keyname', 'keyName'],
    ['permission', 'permissions'],
    ['premissions', 'permissions'],
    ['allowedIPs', 'allowedIps'],
    ['expiresInSecond', 'expiresInSeconds'],
  ])('takes %p for a misspelt %p', (text, meant) => {
    expect(nearest(text, ['keyName', 'permissions', 'allowedIps', 'expiresInSeconds', 'owner'])).toBe(meant);
  });

  it.each([
    ['read', ['*', 'view', 'delete']],
    ['create', ['delete', 'update']],
    ['', ['a']],
    ['x', ['y']],
    ['ab', ['ac']],
    ['toString', ['role']],
    ['a'.repeat(65), ['a'.repeat(64)]],
  ])('takes %p for none of %p', (text, candidates) => {
    expect(nearest(text, candidates)).toBeUndefined();
  });

  it('guesses among none that are equally near', () => {
    expect(nearest('team-c', ['team-a', 'team-b'])).toBeUndefined();
    expect(nearest('team-aa', ['team-a', 'team-b'])).toBe('team-a');
    expect(nearest('team-a', ['team-b', 'team-a', 'team-a'])).toBe('team-a');
  });

  it('finds the least distance, as its definition has it', () => {
    fc.assert(
      fc.property(WORD, fc.uniqueArray(WORD, { minLength: 1, maxLength: 6 }), (text, candidates) => {
        const most = Math.min(3, Math.floor(text.length / 3));
        const fewest = Math.min(...candidates.map((candidate) => distance(text, candidate)));
        const [found, ...others] = candidates.filter((candidate) => distance(text, candidate) === fewest);
        expect(nearest(text, candidates)).toBe(fewest <= most && others.length === 0 ? found : undefined);
      }),
      { numRuns: 2000 },
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
