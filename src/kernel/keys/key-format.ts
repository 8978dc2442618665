import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { beginningsByCrc } from './crc-backwards.js';

/** The digits that keys are made of. */
export const BASE_62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const SECRET_LENGTH = 43;
export const CHECKSUM_LENGTH = 6;
/** What issued keys begin with, unless it is said otherwise. */
export const DEFAULT_PREFIX = 'lk';
const LONGEST_PREFIX = 16;
const PREFIX_PATTERN = `[A-Za-z](?:[A-Za-z0-9_]{0,${LONGEST_PREFIX - 2}}[A-Za-z0-9])?`;
const REST_PATTERN = `_[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}`;
const REST_LENGTH = 1 + SECRET_LENGTH + CHECKSUM_LENGTH;
// Without a seventh of the secret, the rest cannot be guessed.
const DAMAGED_REST_PATTERN = '_[0-9A-Za-z]{34,55}(?![0-9A-Za-z])';
const PREFIX_CHARACTERS_AT_END = /[0-9A-Za-z_]{0,15}[0-9A-Za-z]$/;
const WHOLE_KEY = new RegExp(`^${PREFIX_PATTERN}${REST_PATTERN}$`);
const WHOLE_PREFIX = new RegExp(`^${PREFIX_PATTERN}$`);

/** The length of the longest key there can be. */
export const LONGEST_KEY = LONGEST_PREFIX + REST_LENGTH;

/** What {@link isKeyPrefix} takes, to be read after "must be". */
export const KEY_PREFIX_RULE = `a letter, then up to ${LONGEST_PREFIX - 1} letters, digits or _, the last no _`;

/** The length of the hash of a key. */
export const HASH_LENGTH = 43;

/** Where a key stands in a text: from `start` to before `end`. */
export interface KeyPlace {
  start: number;
  end: number;
}

/** Tells whether issued keys may begin with this text, as with `lk` or `acme_live`. */
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
  return body + base62(BigInt(crc32(body)), CHECKSUM_LENGTH);
}

/** Tells whether text has the form of a key and its checksum is right, whatever its prefix. No I/O. */
export function isWellFormedKey(text: string): boolean {
  // The code of a host may give anything.
  if (typeof text !== 'string') return false;
  return WHOLE_KEY.test(text) && crc32(text.slice(0, -CHECKSUM_LENGTH)) === valueOf(text.slice(-CHECKSUM_LENGTH));
}

/** Where the keys in a text are, in order, whatever their prefixes. The time it takes grows with the text's length only. */
export function findKeys(text: string): KeyPlace[] {
  const places: KeyPlace[] = [];
  for (const { index } of text.matchAll(new RegExp(REST_PATTERN, 'g'))) {
    const end = index + REST_LENGTH;
    const first = Math.max(0, index - LONGEST_PREFIX);
    const checksum = valueOf(text.slice(end - CHECKSUM_LENGTH, end));
    // Letters before a key could as well be part of its prefix: only the checksum tells where that begins.
    const start = beginningsByCrc(text, checksum, first, end - CHECKSUM_LENGTH).find((at) =>
      isWellFormedKey(text.slice(at, end)),
    );
    if (start !== undefined) places.push({ start, end });
  }
  return places;
}

// Keys have both in all likelihood; digests in hexadecimal and names in snake case have not.
const LIKELY_SECRET = /^(?=.*[a-z])(?=.*[A-Z])/;

/**
 * Where what may have been a key stands in a text: with the form of one, but damaged. The end is missing, characters are
 * lost or doubled, or some are wrong, so that the checksum is. Not certain: other identifiers may look so.
 */
export function findDamagedKeys(text: string): KeyPlace[] {
  const places: KeyPlace[] = [];
  for (const { index, 0: rest } of text.matchAll(new RegExp(DAMAGED_REST_PATTERN, 'g'))) {
    const start = index - prefixLengthBefore(text, index);
    if (start < index && LIKELY_SECRET.test(rest)) places.push({ start, end: index + rest.length });
  }
  return places;
}

function prefixLengthBefore(text: string, end: number): number {
  return PREFIX_CHARACTERS_AT_END.exec(text.slice(Math.max(0, end - LONGEST_PREFIX), end))?.[0].length ?? 0;
}

/** The SHA-256 of a key, base64url: the only form in which a key is stored. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'base64url');
}

/** The same SHA-256 as a string of 32 bytes, which is the quickest to make and to look into. */
export function digestKey(key: string): string {
  return hash('sha256', key, 'binary');
}

/** How a digest is stored. */
export function hashOf(digest: string): string {
  return Buffer.from(digest, 'latin1').toString('base64url');
}

/** The digest that a stored hash says. */
export function digestOf(hash: string): string {
  return Buffer.from(hash, 'base64url').toString('latin1');
}

/** What may be shown of a key after its creation: `lk_3fGh…x9Qz`. */
export function maskKey(key: string): string {
  return `${key.slice(0, 4 - SECRET_LENGTH - CHECKSUM_LENGTH)}…${key.slice(-4)}`;
}

/** The same of what may have been a key. */
export function maskDamagedKey(text: string): string {
  return `${text.slice(0, text.lastIndexOf('_') + 5)}…${text.slice(-4)}`;
}

function base62(value: bigint, length: number): string {
  let digits = '';
  for (let rest = value; digits.length < length; rest /= 62n) digits = BASE_62.charAt(Number(rest % 62n)) + digits;
  return digits;
}

function valueOf(digits: string): number {
  let value = 0;
  for (const digit of digits) value = value * 62 + BASE_62.indexOf(digit);
  return value;
}
