import { Turn } from '../next-turn.js';

/** How long a piece is, in characters: its making takes about a millisecond. */
const PIECE = 256 * 1024;

/** Whether the JSON of a value is too long to be made in one piece. Looks no further than it must. */
export function isLarge(value: unknown): boolean {
  return leftOf(value, PIECE) < 0;
}

/** The bytes of the JSON of a value, as `JSON.stringify` makes it, made in turns of a few milliseconds. */
export async function jsonInPieces(value: object): Promise<Buffer[]> {
  const turn = new Turn();
  const pieces: Buffer[] = [];
  let text = '';
  for (const part of partsOf(value)) {
    text += part;
    if (text.length < PIECE) continue;
    pieces.push(Buffer.from(text));
    text = '';
    if (turn.isOver) await turn.next();
  }
  return [...pieces, Buffer.from(text)];
}

function* partsOf(value: unknown): Generator<string> {
  if (typeof value !== 'object' || !isLarge(value) || hasOwnForm(value)) {
    // What JSON has no form for is null, where it is not left out.
    yield textOf(value) ?? 'null';
    return;
  }
  yield* Array.isArray(value) ? partsOfArray(value) : partsOfObject(value as object);
}

function* partsOfArray(values: readonly unknown[]): Generator<string> {
  let separator = '[';
  for (const value of values) {
    yield separator;
    yield* partsOf(value);
    separator = ',';
  }
  yield ']';
}

function* partsOfObject(object: object): Generator<string> {
  let separator = '{';
  for (const [name, value] of Object.entries(object)) {
    if (value === undefined || typeof value === 'function' || typeof value === 'symbol') continue;
    yield `${separator}${JSON.stringify(name)}:`;
    yield* partsOf(value);
    separator = ',';
  }
  yield separator === '{' ? '{}' : '}';
}

function textOf(value: unknown): string | undefined {
  return JSON.stringify(value);
}

function hasOwnForm(value: unknown): boolean {
  return typeof (value as { toJSON?: unknown } | null)?.toJSON === 'function';
}

/** What is left of a number of characters once a value is written down, roughly; negative if it does not fit. */
function leftOf(value: unknown, characters: number): number {
  if (typeof value === 'string') return characters - value.length - 3;
  if (typeof value !== 'object' || value === null) return characters - 5;
  let left = characters;
  const isArray = Array.isArray(value);
  for (const name in value) {
    if (!isArray) left -= name.length;
    left = leftOf((value as Record<string, unknown>)[name], left);
    if (left < 0) return left;
  }
  return left;
}
