import { HASH_BYTES, type Hash } from '../merkle/hash.js';
import { parseCount } from './checkpoint.js';
import { InvalidNoteError } from './signed-note.js';
import { fromBase64 } from './verifier-key.js';

const HEADER = 'c2sp.org/tlog-proof@v1';
/** A tree of 2^63 leaves has no longer paths. */
const MOST_HASHES = 63;

/** That an entry is in a log, as one text that is checked offline: C2SP tlog-proof. */
export interface LogProof {
  /** Not covered by anything; for whoever must compute the entry. */
  extra: Buffer | undefined;
  /** Which entry it is, from 0. */
  index: number;
  /** From the leaf's sibling on up. */
  hashes: Hash[];
  /** A signed note, as the log gave it. */
  checkpoint: string;
}

export function formatLogProof({ extra, index, hashes, checkpoint }: LogProof): string {
  const extraLine = extra ? [`extra ${extra.toString('base64')}`] : [];
  const lines = [
    HEADER,
    ...extraLine,
    `index ${index}`,
    ...hashes.map((hash) => hash.toString('base64')),
    '',
    checkpoint,
  ];
  return lines.join('\n');
}

/** @throws {InvalidNoteError} */
export function parseLogProof(text: string): LogProof {
  const split = text.indexOf('\n\n');
  const lines = text.slice(0, Math.max(0, split)).split('\n');
  if (split < 0 || lines.shift() !== HEADER) throw new InvalidNoteError(`A proof begins with the line ${HEADER}.`);
  const extra = lines[0]?.startsWith('extra ') ? decoded(lines.shift()?.slice('extra '.length) ?? '') : undefined;
  const index = parseCount(/^index (.*)$/.exec(lines.shift() ?? '')?.[1] ?? '');
  if (index === undefined)
    throw new InvalidNoteError('The second line of a proof, or the one behind extra, says: index <number>.');
  if (lines.length > MOST_HASHES) throw new InvalidNoteError(`A proof has at most ${MOST_HASHES} hashes.`);
  return { extra, index, hashes: lines.map(toHash), checkpoint: text.slice(split + 2) };
}

function toHash(line: string): Hash {
  const hash = decoded(line);
  if (hash.length !== HASH_BYTES) throw new InvalidNoteError(`A hash in a proof has ${HASH_BYTES} bytes.`);
  return hash;
}

function decoded(text: string): Buffer {
  const bytes = fromBase64(text);
  if (!bytes) throw new InvalidNoteError('What is in a proof is written in base64.');
  return bytes;
}
