const LONGEST = 64;
// Between two numbers they tell: 1.1 is not 11.
const SEPARATORS = /(?<!\d)[\s._:/-]+|[\s._:/-]+(?!\d)/g;
/** Shorter words are a letter away from too many others. */
const SHORTEST_PLURAL = 4;
const SHORTEST_SWAPPED = 4;
const SHORTEST_SKIPPED = 5;

/**
 * The one of the words that the text is a slip of the keyboard for: the same in another case, with other separators, in
 * the plural, or {@link isSlip}. Undefined if it is for none, or for several.
 */
export function nearest(text: string, words: Iterable<string>): string | undefined {
  return theOnly(words, (word) => isSameNoun(text, word) || isSlip(text, word));
}

/** The one of the words that fits; undefined if none does, or several. */
export function theOnly(words: Iterable<string>, fits: (word: string) => boolean): string | undefined {
  const found = [...new Set(words)].filter(fits);
  return found.length === 1 ? found[0] : undefined;
}

/** Whether two texts are one word, but for its case and for separators. */
export function isSameWord(one: string, other: string): boolean {
  const folded = foldOf(one);
  return folded !== '' && folded === foldOf(other);
}

/** The same, or one is the plural of the other. */
export function isSameNoun(one: string, other: string): boolean {
  if (isSameWord(one, other)) return true;
  const [shorter, longer] = [foldOf(one), foldOf(other)].sort((a, b) => a.length - b.length) as [string, string];
  return longer.length >= SHORTEST_PLURAL && longer === `${shorter}s`;
}

/**
 * Whether a text is a word with one slip inside: two neighbours swapped, a letter too many or too few. The first letter
 * and the last are right. Only for words of which it is known that no other is so near: `contracts` is no slip for
 * `contacts`.
 */
export function isSlip(text: string, word: string): boolean {
  if (text.length > LONGEST) return false;
  const [one, other] = [foldOf(text), foldOf(word)];
  if (one.at(0) !== other.at(0) || one.at(-1) !== other.at(-1)) return false;
  const [shorter, longer] = one.length < other.length ? [one, other] : [other, one];
  return shorter.length === longer.length ? isSwapped(one, other) : isSkipped(shorter, longer);
}

function isSwapped(one: string, other: string): boolean {
  if (one.length < SHORTEST_SWAPPED) return false;
  const at = firstDifference(one, other);
  return one !== other && one.slice(0, at) + one.charAt(at + 1) + one.charAt(at) + one.slice(at + 2) === other;
}

function isSkipped(shorter: string, longer: string): boolean {
  if (shorter.length < SHORTEST_SKIPPED) return false;
  const at = firstDifference(shorter, longer);
  return shorter === longer.slice(0, at) + longer.slice(at + 1);
}

function firstDifference(one: string, other: string): number {
  let at = 0;
  while (at < one.length && one[at] === other[at]) at += 1;
  return at;
}

function foldOf(text: string): string {
  return text.length > LONGEST ? '' : text.normalize('NFC').toLowerCase().replace(SEPARATORS, '');
}
