import { assertKeyName, fromBase64, type VerifierKey } from './verifier-key.js';

const ID_BYTES = 4;
/** Of one note, so that verifying one takes bounded time. */
const MOST_SIGNATURES = 100;
// eslint-disable-next-line no-control-regex -- those that the format forbids
const CONTROL = /[\u0000-\u0009\u000b-\u001f]/;
const SIGNATURE_LINE = /^— (\S+) (\S+)$/;

/** A signature of a note, by the key with this name and id. */
export interface NoteSignature {
  name: string;
  /** Eight hexadecimal digits, lower case. */
  keyId: string;
  /** Without the id. */
  bytes: Buffer;
}

/** Text that is signed by one or more keys: C2SP signed-note. */
export interface SignedNote {
  /** Ends with a newline. */
  text: string;
  signatures: NoteSignature[];
}

/** A note that is not written as the format says, or not signed as it must be. */
export class InvalidNoteError extends Error {}

/** @throws {Error} if the text cannot be that of a note. */
export function formatNote({ text, signatures }: SignedNote): string {
  assertText(text);
  return `${text}\n${signatures.map(signatureLine).join('')}`;
}

/** `— <name> <base64>` and a newline. */
export function signatureLine({ name, keyId, bytes }: NoteSignature): string {
  assertKeyName(name);
  return `— ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), bytes]).toString('base64')}\n`;
}

/** @throws {InvalidNoteError} */
export function parseNote(note: string): SignedNote {
  assertText(note);
  const split = note.lastIndexOf('\n\n');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2, -1).split('\n');
  if (split < 0 || lines.length > MOST_SIGNATURES) {
    throw new InvalidNoteError(`A note is text, an empty line, and 1 to ${MOST_SIGNATURES} lines of signatures.`);
  }
  return { text, signatures: lines.map(parseSignatureLine) };
}

/** @throws {InvalidNoteError} */
export function parseSignatureLine(line: string): NoteSignature {
  const [, name, encoded = ''] = SIGNATURE_LINE.exec(line) ?? [];
  const bytes = fromBase64(encoded);
  if (name === undefined || !bytes || bytes.length <= ID_BYTES) {
    throw new InvalidNoteError('A line of a signature is written: — <name of the key> <base64>.');
  }
  return { name, keyId: bytes.toString('hex', 0, ID_BYTES), bytes: bytes.subarray(ID_BYTES) };
}

/**
 * Those of the keys that have signed the note. Signatures of other keys say nothing.
 *
 * @throws {InvalidNoteError} if a signature is said to be of one of the keys and is not.
 */
export function signersOf({ text, signatures }: SignedNote, keys: readonly VerifierKey[]): Set<VerifierKey> {
  const signers = new Set<VerifierKey>();
  for (const { name, keyId, bytes } of signatures) {
    const key = keys.find((each) => each.name === name && each.id === keyId);
    if (!key) continue;
    if (!key.verifies(text, bytes)) throw new InvalidNoteError(`The signature of ${name} is not that of this note.`);
    signers.add(key);
  }
  return signers;
}

function assertText(text: string): void {
  if (text.endsWith('\n') && text.isWellFormed() && !CONTROL.test(text)) return;
  throw new InvalidNoteError('A note ends with a newline, and holds no other control characters.');
}
