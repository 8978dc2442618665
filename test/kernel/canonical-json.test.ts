import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/kernel/canonical-json.js';

describe('canonical JSON (RFC 8785)', () => {
  it('says what was said, and says it again alike', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  it('does not depend on the order of members', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), (object) => {
        const reversed = Object.fromEntries(Object.entries(object).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(object));
      }),
    );
  });

  it('has members in the order of their UTF-16 code units, and no white space', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'grapheme' }), { maxLength: 20 }), (names) => {
        const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
        // The sort of an array of strings is by UTF-16 code units.
        const members = [...names].sort().map((name) => `${JSON.stringify(name)}:0`);
        expect(text).toBe(`{${members.join(',')}}`);
      }),
    );
  });

  it('is that of the RFC’s own examples', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
    const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
    const inOrder = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
    const text = canonicalJson(Object.fromEntries(names.map((name) => [name, name])));
    expect(Object.keys(JSON.parse(text) as object).filter((name) => name !== '1')).toEqual(
      inOrder.filter((name) => name !== '1'),
    );
    expect(text.indexOf('"1"')).toBeLessThan(text.indexOf('"\u0080"'));
  });

  it('refuses what JSON cannot say', () => {
    for (const value of [
      NaN,
      Infinity,
      -Infinity,
      1n,
      () => 0,
      Symbol('x'),
      undefined,
      '\ud800',
      { '\udfff': 1 },
      [undefined],
    ]) {
      expect(() => canonicalJson(value)).toThrow(TypeError);
    }
    expect(canonicalJson({ a: undefined, b: -0 })).toBe('{"b":0}');
  });
});
