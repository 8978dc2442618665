import { describe, expect, it } from '@jest/globals';
import { newSalt } from '../../src/audit/records/salt.js';

describe('newSalt', () => {
  it('gives 256 bits, other ones each time', () => {
    const salts = Array.from({ length: 1000 }, newSalt);
    for (const salt of salts) expect(salt).toMatch(/^[0-9a-f]{64}$/);
    // No two share a half either: each has bits of its own.
    const halves = salts.flatMap((salt) => [salt.slice(0, 32), salt.slice(32)]);
    expect(new Set(halves).size).toBe(2000);
  });
});
