import { looksLikeToken } from './json-web-token.js';

export const SHORTEST_OPERATOR_KEY = 32;
export const LONGEST_OPERATOR_KEY = 512;
const LEAST_DIFFERENT = 12;

/** What {@link isOperatorKey} asks for, behind "must have". */
export const OPERATOR_KEY_RULE =
  `at least ${SHORTEST_OPERATOR_KEY} characters, all visible ASCII and at least ${LEAST_DIFFERENT} of them different, ` +
  'neither repeated nor in a row, and not the form of a JSON Web Token, a.b.c: such as the output of "openssl rand -base64 33"';

/** Tells whether a header can carry it, it would not be taken for a person's token, and it is not obviously weak. */
export function isOperatorKey(text: string): boolean {
  return (
    /^[\x21-\x7e]+$/.test(text) &&
    text.length >= SHORTEST_OPERATOR_KEY &&
    text.length <= LONGEST_OPERATOR_KEY &&
    new Set(text).size >= LEAST_DIFFERENT &&
    !isRepeated(text) &&
    !isInARow(text) &&
    !looksLikeToken(text)
  );
}

/** `correct-horse-correct-horse-cor`: the same at least twice, the last time perhaps cut off. */
function isRepeated(text: string): boolean {
  for (let length = 1; length <= text.length / 2; length += 1) {
    if (text.startsWith(text.slice(length))) return true;
  }
  return false;
}

/** `abcdefghijklmnopqrstuvwxyz987654`: most characters are neighbours of the one before. */
function isInARow(text: string): boolean {
  const codes = Array.from(text, (character) => character.charCodeAt(0));
  const steps = codes.slice(1).filter((code, at) => Math.abs(code - (codes[at] ?? 0)) <= 1);
  return steps.length > text.length / 2;
}
