import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { generateKey, maskKey } from '../../src/common/key-format.js';
import { SecretScanner } from '../../src/common/secret-scanner.js';

const PREFIX = fc.stringMatching(/^[A-Za-z][A-Za-z0-9]{0,15}$/);
const KEY = PREFIX.map((prefix) => generateKey(prefix));
const WORDS = fc.stringMatching(/^[0-9A-Za-z_.-]{0,80}$/);
const AROUND = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), WORDS);
const BASE_64_URL = fc.stringMatching(/^[A-Za-z0-9_-]{12,60}$/);
const TOKEN = fc
  .tuple(BASE_64_URL, BASE_64_URL, BASE_64_URL)
  .map(([header, payload, signature]) => `eyJ${header}.eyJ${payload}.${signature}`);

describe('SecretScanner', () => {
  const scanner = new SecretScanner();

  it('leaves no key in a text, whatever stands around it', () => {
    fc.assert(
      fc.property(AROUND, KEY, AROUND, KEY, AROUND, (before, one, between, other, after) => {
        const text = before + one + between + other + after;
        const redacted = scanner.redact(text);
        expect(redacted).not.toContain(one);
        expect(redacted).not.toContain(other);
        expect(scanner.contains(text)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves the rest of the text as it is', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        expect(scanner.redact(`Use ${key}, then ${key}.`)).toBe(`Use ${maskKey(key)}, then ${maskKey(key)}.`);
      }),
    );
  });

  it('leaves no JSON Web Token in a text', () => {
    fc.assert(
      fc.property(AROUND, TOKEN, AROUND, (before, token, after) => {
        expect(scanner.redact(before + token + after)).not.toContain(token);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves none of its literals in a text, also where the text is JSON', () => {
    fc.assert(
      fc.property(AROUND, fc.stringMatching(/^[\x21-\x7e]{32,64}$/), AROUND, (before, literal, after) => {
        const knowing = new SecretScanner([literal]);
        expect(knowing.redact(before + literal + after)).not.toContain(literal);
        const json = JSON.stringify({ text: before + literal + after });
        expect(knowing.redact(json)).not.toContain(JSON.stringify(literal).slice(1, -1));
      }),
      { numRuns: 500 },
    );
  });

  it('does not mistake text without a credential for one', () => {
    fc.assert(
      fc.property(AROUND, (text) => {
        expect(scanner.redact(text)).toBe(text);
        expect(scanner.contains(text)).toBe(false);
      }),
    );
    for (const text of [
      'lk_3fGh…x9Qz',
      'apikeys:view',
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    ]) {
      expect(scanner.contains(text)).toBe(false);
    }
  });

  it('takes no more than linear time on what looks like keys and is none', () => {
    const lookalike = `${'a'.repeat(16)}_${'b'.repeat(49)}`.repeat(1000);
    const started = performance.now();
    expect(scanner.contains(lookalike)).toBe(false);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
