import { crc32 } from 'node:zlib';
import { BASE_62, CHECKSUM_LENGTH, SECRET_LENGTH } from './key-format.js';

const WINDOW = SECRET_LENGTH + CHECKSUM_LENGTH;
const NO_DIGIT = 255;
const DIGIT_OF = new Uint8Array(128).fill(NO_DIGIT);
Array.from(BASE_62).forEach((digit, value) => (DIGIT_OF[digit.charCodeAt(0)] = value));
/** What the first digit of a checksum is worth. */
const HIGHEST = 62 ** (CHECKSUM_LENGTH - 1);
const LARGEST_CRC = 2 ** 32;

// The register of CRC-32, from 0, after each byte.
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => crc32(Uint8Array.of(byte), 0xffffffff) ^ -1);
// What becomes of each byte of a register on its way through the bytes of a secret. The register is linear: what it is after
// them is this, combined with what the same bytes make of 0.
const CARRIED = Array.from({ length: 4 }, (_, at) =>
  Int32Array.from({ length: 256 }, (__, byte) => {
    let register = byte << (8 * at);
    for (let zeros = 0; zeros < SECRET_LENGTH; zeros += 1) register = stepped(register, 0);
    return register;
  }),
);

/**
 * Finds keys without their prefix: 43 digits of base 62 and the 6 of the checksum, of keys whose prefix is known. One in
 * four thousand million texts of 49 digits is taken for one by mistake.
 */
export class BareKeys {
  /** What the register holds of each prefix at the end of the secret. */
  private readonly prefixes: readonly number[];

  constructor(prefixes: readonly string[]) {
    this.prefixes = [...new Set(prefixes)].map((prefix) => carried(crc32(`${prefix}_`) ^ -1));
  }

  /** Whether one is in the text, whatever letters and digits stand around it. A few steps for each character. */
  areIn(text: string): boolean {
    if (text.length < WINDOW) return false;
    const registers = new Int32Array(text.length + 1);
    let checksum = 0;
    let run = 0;
    for (let at = 0; at < text.length; at += 1) {
      const digit = digitAt(text, at);
      if (digit === NO_DIGIT) {
        run = 0;
        checksum = 0;
        continue;
      }
      registers[at + 1] = stepped(registers[at] ?? 0, text.charCodeAt(at));
      if (run >= CHECKSUM_LENGTH) checksum -= digitAt(text, at - CHECKSUM_LENGTH) * HIGHEST;
      checksum = checksum * 62 + digit;
      run += 1;
      if (run >= WINDOW && checksum < LARGEST_CRC && this.endsAt(text, at + 1, registers, checksum)) return true;
    }
    return false;
  }

  private endsAt(text: string, end: number, registers: Int32Array, checksum: number): boolean {
    const start = end - WINDOW;
    const ofSecret = (registers[end - CHECKSUM_LENGTH] ?? 0) ^ carried(registers[start] ?? 0);
    const ofPrefix = ofSecret ^ ~checksum;
    return this.prefixes.includes(ofPrefix) && isMixed(text.slice(start, end));
  }
}

/** Digests in hexadecimal, and words, are not. */
function isMixed(text: string): boolean {
  return /[a-z]/.test(text) && /[A-Z]/.test(text);
}

function digitAt(text: string, at: number): number {
  return DIGIT_OF[text.charCodeAt(at)] ?? NO_DIGIT;
}

function stepped(register: number, byte: number): number {
  return (TABLE[(register ^ byte) & 255] ?? 0) ^ (register >>> 8);
}

function carried(register: number): number {
  return (
    (CARRIED[0]?.[register & 255] ?? 0) ^
    (CARRIED[1]?.[(register >>> 8) & 255] ?? 0) ^
    (CARRIED[2]?.[(register >>> 16) & 255] ?? 0) ^
    (CARRIED[3]?.[register >>> 24] ?? 0)
  );
}
