import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changesBetween } from '../../src/events/changes.js';

const values = fc.oneof(
  fc.constantFrom(null, undefined, 0, false, '', true, 1, 'a', new Date(0)),
  fc.jsonValue({ maxDepth: 2 }),
);
// Of few names, so that many are in both states.
const states = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), values);

/** As a client is shown it: what is not there, is not set. */
const shown = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

/** The same in another class, with its members in the other order. */
function otherwiseWritten(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(otherwiseWritten);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, otherwiseWritten(member)]));
}

describe('changesBetween', () => {
  it('names each field that differs, once, with what it was and what it is', () => {
    fc.assert(
      fc.property(states, states, (before, after) => {
        const changes = changesBetween(before, after);
        const differing = ['a', 'b', 'c', 'd'].filter((field) => {
          try {
            expect(shown(after[field])).toEqual(shown(before[field]));
            return false;
          } catch {
            return true;
          }
        });
        expect(changes.map(({ field }) => field).sort()).toEqual(differing);
        for (const { field, ...change } of changes) {
          expect(change).toEqual({ before: before[field] ?? null, after: after[field] ?? null });
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes what is only written otherwise for the same', () => {
    class Range {
      constructor(
        readonly from: number,
        readonly to?: number,
      ) {}
    }
    expect(changesBetween({ range: { from: 1 } }, { range: new Range(1) })).toEqual([]);
    fc.assert(
      fc.property(states, (state) => {
        expect(changesBetween(state, otherwiseWritten(state) as typeof state)).toEqual([]);
      }),
    );
  });
});
