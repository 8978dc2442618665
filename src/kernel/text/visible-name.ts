// Control and format characters, such as bidirectional overrides and zero-width ones, letters that show nothing, and white
// space that reads as another: of any width, twice, or at an end.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|[^\S ]|^ | $| {2}/u;
// Emoji hold zero-width joiners and variation selectors, as keyboards write them.
const EMOJI = new RegExp(String.raw`\p{RGI_Emoji}`, 'gv');
const VARIATION_SELECTORS = /[\ufe00-\ufe0f]/g;

/** Tells whether all of a name can be seen: no invisible characters outside emoji, no white space but single spaces inside. */
export function isVisibleName(name: string): boolean {
  return !INVISIBLE.test(name.replace(EMOJI, 'x'));
}

/**
 * The same for names that differ only in case, in how an accent is written, or in the form of a letter, such as full-width
 * ones (NFKC): what makes them unique. Up to 18 times as long, as of U+FDFA.
 */
export function foldedName(name: string): string {
  // Character by character: a whole word in lower case ends in another sigma than it has inside.
  const plain = name.normalize('NFKC').replace(VARIATION_SELECTORS, '');
  // Down first: a capital sharp s becomes the small one, and that two letters.
  return Array.from(plain, (character) => character.toLowerCase().toUpperCase().toLowerCase())
    .join('')
    .normalize('NFKC');
}
