import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isLarge, jsonInPieces } from '../../src/kernel/text/json-pieces.js';

const LARGE = 300_000;

describe('JSON in pieces', () => {
  it('is what JSON.stringify makes, of whatever', async () => {
    const leaf = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(undefined, NaN, () => 1, Symbol('none'), new Date(0), '\u2028', '\ud800'),
    );
    // Long, and so all that holds it is taken apart.
    const text = 'é"\n'.repeat(LARGE);
    await fc.assert(
      fc.asyncProperty(leaf, fc.string(), async (value, name) => {
        const object = { before: value, [name]: [value, { [name]: value, text, after: value }, value], after: value };
        const pieces = await jsonInPieces(object);
        expect(Buffer.concat(pieces).equals(Buffer.from(JSON.stringify(object)))).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('lets others have their turn', async () => {
    let turns = 0;
    const others = setInterval(() => (turns += 1), 0);
    await jsonInPieces(Array.from({ length: 200 }, () => ['x'.repeat(LARGE / 2)]));
    clearInterval(others);
    expect(turns).toBeGreaterThan(1);
  });

  it('is for what is large, however that is made up', () => {
    expect(isLarge(['x'.repeat(1000)])).toBe(false);
    expect(isLarge({ text: 'x'.repeat(LARGE) })).toBe(true);
    expect(isLarge(Array.from({ length: LARGE }, () => null))).toBe(true);
    expect(isLarge({ data: Array.from({ length: 1000 }, () => ({ names: Array(50).fill('orders:view') })) })).toBe(
      true,
    );
    expect(isLarge(null)).toBe(false);
  });
});
