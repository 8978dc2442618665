import { foldCase } from '../../kernel/text/fold-case.js';

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const MOST_DIGITS = 128;
const FIRST_ASCII = 38;
const OTHERS = 8_000_000;

/** Sorts behind whatever a word may go on with. */
const BEHIND = '99';

/**
 * The words of a text, each once: runs of letters and digits, with their case folded. Written in digits, which each collation
 * of PostgreSQL sorts alike, so that the words with a beginning are a range of an index. Of a long word, the beginning: 64
 * letters and digits of ASCII, or 18 others.
 */
export function wordsOf(text: string): string[] {
  return [...new Set(foldCase(text).match(WORD)?.map(inDigits))];
}

/** What is stored with a key for its words. A space stands in front of each. */
export function toSearchName(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join('');
}

/** The words of which {@link toSearchName} made the text. */
export function fromSearchName(searchName: string): string[] {
  return searchName.split(' ').slice(1);
}

/** The words that begin with a word: from the first bound, and below the second. */
export function rangeOfBeginning(word: string): [string, string] {
  return [word, word + BEHIND];
}

/** A pattern of `LIKE` for the search names with a word that begins with the given one. */
export function patternOfBeginning(word: string): string {
  return `% ${word}%`;
}

// No character's digits begin with those of another: two for digits and capitals of ASCII, which begin with 1 to 5, and
// seven for others, which begin with 8 or 9.
function inDigits(word: string): string {
  return Array.from(word, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 128 ? code - FIRST_ASCII : OTHERS + code;
  })
    .join('')
    .slice(0, MOST_DIGITS);
}
