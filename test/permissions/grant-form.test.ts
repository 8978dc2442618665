import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { GRANT_FORM, hasGrantForm } from '../../src/identity/permission-name.js';

const NEAR = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '_', '.', '-', ':', '*', ' ', 'é'), maxLength: 8 });

describe('the form of what a key can be asked for', () => {
  it('is the same by hand and by the regular expression', () => {
    fc.assert(
      fc.property(fc.oneof(NEAR, fc.string()), (text) => {
        expect(hasGrantForm(text)).toBe(GRANT_FORM.test(text));
      }),
      { numRuns: 20_000 },
    );
  });
});
