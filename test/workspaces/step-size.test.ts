import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StepSize } from '../../src/workspaces/step-size.js';

const durations = fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 50 });

describe('the size of a step', () => {
  it('is from 1 to 500 rows, and at most doubles', () => {
    fc.assert(
      fc.property(durations, (all) => {
        const size = new StepSize();
        for (const tookMs of all) {
          const before = size.rows;
          size.adapt(tookMs);
          expect(size.rows).toBeGreaterThanOrEqual(1);
          expect(size.rows).toBeLessThanOrEqual(Math.min(500, 2 * before));
          if (tookMs >= 40) expect(size.rows).toBeLessThanOrEqual(Math.max(1, before / 2));
        }
      }),
    );
  });

  it('grows to the most where steps are quick', () => {
    const size = new StepSize();
    const sizes = Array.from({ length: 6 }, () => {
      size.adapt(0);
      return size.rows;
    });
    expect(sizes).toEqual([40, 80, 160, 320, 500, 500]);
  });
});
