import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { isOperatorKey } from '../../src/kernel/keys/operator-key.js';

describe('isOperatorKey', () => {
  it.each([
    ['one character', 'a'.repeat(32)],
    ['eleven different characters', 'kzbqxwmjhfd'.repeat(3)],
    ['twelve, repeated', 'kzbqxwmjhfdv'.repeat(3)],
    ['sixteen, repeated and cut off', 'kzbqxwmjhfdv8305'.repeat(3).slice(0, 37)],
    ['the alphabet', 'abcdefghijklmnopqrstuvwxyz0123456789'],
    ['the alphabet, backwards', 'zyxwvutsrqponmlkjihgfedcba9876543210'],
    ['31 characters', 'kzbqxwmjhfdv8305PRTLNAYgsuc9e42'],
    ['a space', 'kzbqxwmjhfdv8305 PRTLNAYgsuc9e42'],
    ['an umlaut', 'kzbqxwmjhfdv8305üPRTLNAYgsuc9e42'],
    ['a JSON Web Token', 'aGVhZGVy1234.cGF5bG9hZDEyMzQ1.c2lnbmF0dXJl678'],
    ['an unsigned one', 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbGljZSJ9.'],
    ['513 characters', randomBytes(400).toString('base64').slice(0, 513)],
  ])('refuses %s', (_, key) => expect(isOperatorKey(key)).toBe(false));

  it('accepts what a generator of random text makes', () => {
    for (const encoding of ['base64', 'base64url', 'hex'] as const) {
      for (let time = 0; time < 1000; time += 1) expect(isOperatorKey(randomBytes(33).toString(encoding))).toBe(true);
    }
    expect(isOperatorKey('choose-one-of-32-characters-or-more')).toBe(true);
    expect(isOperatorKey('aGVhZGVy1234.cGF5bG9hZDEyMzQ1/c2lnbmF0dXJl678')).toBe(true);
  });

  it('refuses whatever is repeated', () => {
    const visible = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    fc.assert(
      fc.property(visible, fc.integer({ min: 64, max: 512 }), (unit, length) => {
        fc.pre(unit.length > 0 && unit.length <= 32);
        expect(isOperatorKey(unit.repeat(length).slice(0, length))).toBe(false);
      }),
    );
  });
});
