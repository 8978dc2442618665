import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  digestKey,
  digestOf,
  generateKey,
  hashKey,
  isKeyPrefix,
  isWellFormedKey,
  maskKey,
} from '../../src/kernel/keys/key-format.js';

const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const DIGITS = Array.from(BASE_62);
const PREFIX = fc.stringMatching(/^[A-Za-z]([A-Za-z0-9_]{0,14}[A-Za-z0-9])?$/);
const KEY = PREFIX.map((prefix) => generateKey(prefix));

describe('the format of keys', () => {
  it('is the prefix, 256 bits and a CRC-32, both in base 62', () => {
    fc.assert(
      fc.property(PREFIX, (prefix) => {
        const key = generateKey(prefix);
        expect(key).toMatch(new RegExp(`^${prefix}_[0-9A-Za-z]{49}$`));
        expect(valueOf(key.slice(-49, -6))).toBeLessThan(2n ** 256n);
        expect(valueOf(key.slice(-6))).toBe(BigInt(crc32(key.slice(0, -6))));
        expect(isWellFormedKey(key)).toBe(true);
      }),
    );
  });

  it('never gives the same key twice, and uses all of the 256 bits', () => {
    const values = Array.from({ length: 2000 }, () => valueOf(generateKey('lk').slice(3, -6)));
    expect(new Set(values).size).toBe(values.length);
    for (let bit = 0n; bit < 256n; bit += 1n) {
      const ones = values.filter((value) => (value >> bit) & 1n).length;
      // 2,000 fair coins fall outside of this once in 10^40 times.
      expect(ones).toBeGreaterThan(700);
      expect(ones).toBeLessThan(1300);
    }
  });

  it('lets no changed character pass', () => {
    fc.assert(
      fc.property(KEY, fc.nat(), fc.constantFrom(...DIGITS, '_', '-', ' ', 'é', '\0'), (key, at, character) => {
        const place = at % key.length;
        fc.pre(key[place] !== character);
        expect(isWellFormedKey(key.slice(0, place) + character + key.slice(place + 1))).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('lets no missing, added or swapped character pass', () => {
    fc.assert(
      fc.property(KEY, fc.nat(), fc.constantFrom(...DIGITS), (key, at, character) => {
        const place = at % (key.length - 1);
        expect(isWellFormedKey(key.slice(0, place) + key.slice(place + 1))).toBe(false);
        expect(isWellFormedKey(key.slice(0, place) + character + key.slice(place))).toBe(false);
        fc.pre(key[place] !== key[place + 1]);
        const swapped = `${key[place + 1]}${key[place]}`;
        expect(isWellFormedKey(key.slice(0, place) + swapped + key.slice(place + 2))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  it('lets no random text pass', () => {
    const lookalike = fc.tuple(PREFIX, fc.stringMatching(/^[0-9A-Za-z]{49}$/)).map((parts) => parts.join('_'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), lookalike), (text) => {
        expect(isWellFormedKey(text)).toBe(false);
      }),
      { numRuns: 2000 },
    );
  });

  it('ignores nothing around a key', () => {
    const key = generateKey('lk');
    for (const text of [` ${key}`, `${key} `, `${key}\n`, `\n${key}`, `Bearer ${key}`, key.toLowerCase()]) {
      expect(isWellFormedKey(text)).toBe(false);
    }
  });

  it('is stored as SHA-256, remembered as the same, and shown as its first and last four characters', () => {
    fc.assert(
      fc.property(KEY, (key) => {
        expect(hashKey(key)).toBe(createHash('sha256').update(key).digest('base64url'));
        expect(digestKey(key)).toBe(digestOf(hashKey(key)));
        const [prefix, secret] = [key.slice(0, -50), key.slice(-49)];
        expect(maskKey(key)).toBe(`${prefix}_${secret.slice(0, 4)}…${secret.slice(-4)}`);
      }),
    );
  });

  it.each(['lk', 'A', 'acme_live', 'a_1_b', 'a234567890123456'])('takes %p as a prefix', (prefix) => {
    expect(isKeyPrefix(prefix)).toBe(true);
  });

  it.each(['', '1k', '_k', 'lk_', 'l-k', 'é', 'a2345678901234567', 'a23456789012345_', 'lk\n'])(
    'does not take %p as a prefix',
    (prefix) => {
      expect(isKeyPrefix(prefix)).toBe(false);
    },
  );
});

function valueOf(digits: string): bigint {
  return Array.from(digits).reduce((value, digit) => value * 62n + BigInt(BASE_62.indexOf(digit)), 0n);
}
