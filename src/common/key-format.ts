import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const LONGEST_PREFIX = 16;
const PREFIX_PATTERN = `[A-Za-z][A-Za-z0-9]{0,${LONGEST_PREFIX - 1}}`;
const KEY_PATTERN = `${PREFIX_PATTERN}_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}`;
const WHOLE_KEY = new RegExp(`^${KEY_PATTERN}$`);
const WHOLE_PREFIX = new RegExp(`^${PREFIX_PATTERN}$`);

/** The length of the longest key there can be. */
export const LONGEST_KEY = LONGEST_PREFIX + 1 + SECRET_LENGTH + CHECKSUM_LENGTH;

/** Tells whether text may be the first word of issued keys: a letter, then up to 15 letters or digits. */
export function isKeyPrefix(text: string): boolean {
  return WHOLE_PREFIX.test(text);
}

/**
 * Makes a new key: `<prefix>_`, 256 random bits as 43 base62 digits, and the CRC-32 of all that precedes as 6 base62
 * digits. The checksum lets a typo be refused without a look-up and a secret scanner report without false alarms.
 */
export function generateKey(prefix: string): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  const body = `${prefix}_${secret}`;
  return body + checksum(body);
}

/** Tells whether text has the form of a key and its checksum is right, whatever its prefix. No I/O. */
export function isWellFormedKey(text: string): boolean {
  return WHOLE_KEY.test(text) && checksum(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** The SHA-256 of a key, base64url: the only form in which a key is stored. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'base64url');
}

/** The same SHA-256 as a string of 32 bytes, which is the quickest to make and to look into. */
export function digestKey(key: string): string {
  return hash('sha256', key, 'binary');
}

/** The digest that a stored hash says. */
export function digestOf(hash: string): string {
  return Buffer.from(hash, 'base64url').toString('latin1');
}

/** What may be shown of a key after its creation: `lk_3fGh…x9Qz`. */
export function maskKey(key: string): string {
  const start = key.indexOf('_') + 1;
  return `${key.slice(0, start + 4)}…${key.slice(-4)}`;
}

/** A pattern for text that looks like a key anywhere in a longer text; confirm each match by {@link isWellFormedKey}. */
export function keyPattern(): RegExp {
  return new RegExp(KEY_PATTERN, 'g');
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_LENGTH);
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n) digits = ALPHABET.charAt(Number(rest % 62n)) + digits;
  return digits;
}
