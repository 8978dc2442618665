import { HASH_BYTES, type Hash } from '../merkle/hash.js';
import { InvalidNoteError } from './signed-note.js';
import { fromBase64 } from './verifier-key.js';

/** What a log says of itself at one size: the text of a note, C2SP tlog-checkpoint. */
export interface Checkpoint {
  /** Which log it is. */
  origin: string;
  /** How many entries it has. */
  size: number;
  root: Hash;
}

/** The text to be signed. We write no extension lines. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/**
 * @param text of a note, without its signatures. Extension lines are allowed, and say nothing to us.
 * @throws {InvalidNoteError} if it is no checkpoint.
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', number = '', encoded = '', ...extensions] = text.slice(0, -1).split('\n');
  const [size, root] = [parseCount(number), fromBase64(encoded)];
  const isWhole = text.endsWith('\n') && origin !== '' && !extensions.includes('');
  if (!isWhole || size === undefined || root?.length !== HASH_BYTES) {
    throw new InvalidNoteError(
      'A checkpoint has an origin, a size, and the base64 of a hash of 32 bytes, a line each.',
    );
  }
  return { origin, size, root };
}

/** A number as checkpoints and proofs have it: in decimal digits, without leading zeroes; undefined if it is none. */
export function parseCount(text: string): number | undefined {
  const number = /^(0|[1-9]\d{0,15})$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}
