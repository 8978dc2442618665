import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../src/kernel/canonical-json.js';
import { boundedJson } from '../../src/refused-requests/bounded-json.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { SecretScanner } from '../../src/kernel/keys/secret-scanner.js';

const SECRETS = new SecretScanner();

describe('boundedJson', () => {
  it('can be written as canonical JSON, is short, and has no NUL', () => {
    const anything = fc.oneof(
      fc.jsonValue({ maxDepth: 8 }),
      fc.string({ unit: 'binary', maxLength: 3000 }),
      fc.array(fc.array(fc.string({ maxLength: 300 }), { maxLength: 60 }), { maxLength: 60 }),
    );
    fc.assert(
      fc.property(anything, (value) => {
        const text = canonicalJson(boundedJson(value, SECRETS, { characters: 4096 }));
        expect(text.length).toBeLessThan(4096 * 8);
        expect(text).not.toContain('\\u0000');
      }),
    );
  });

  it('leaves alone what is short', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme-ascii', maxLength: 100 }), { maxLength: 20 }), (value) => {
        expect(boundedJson({ value }, SECRETS, { characters: 4096 })).toEqual({ value });
      }),
    );
  });

  it('has no part of a credential, wherever it would have been cut', () => {
    fc.assert(
      fc.property(fc.nat({ max: 260 }), (at) => {
        const key = generateKey('lk');
        const text = `${' '.repeat(at)}${key}`;
        const kept = JSON.stringify(boundedJson({ [text]: [text] }, SECRETS, { characters: 4096 }));
        expect(kept).not.toContain(key.slice(3, 20));
      }),
    );
  });
});
