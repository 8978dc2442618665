import { randomFillSync } from 'node:crypto';

const BYTES = 32;
// Asking the system for random bits costs far more than what is asked for, and a deletion is not to wait for it.
const supply = Buffer.alloc(64 * BYTES);
let next = supply.length;

/** A new salt: 256 random bits, as 64 hexadecimal digits. */
export function newSalt(): string {
  if (next === supply.length) {
    randomFillSync(supply);
    next = 0;
  }
  next += BYTES;
  return supply.toString('hex', next - BYTES, next);
}
