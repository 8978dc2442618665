// Control and format characters, such as bidirectional overrides and zero-width ones, and letters that show nothing.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|^\s|\s$/u;
// Emoji hold zero-width joiners and variation selectors, as keyboards write them.
const EMOJI = new RegExp(String.raw`\p{RGI_Emoji}`, 'gv');
const VARIATION_SELECTORS = /[\ufe00-\ufe0f]/g;

/** Tells whether all of a name can be seen: no invisible characters outside emoji, no space at its ends. */
export function isVisibleName(name: string): boolean {
  return !INVISIBLE.test(name.replace(EMOJI, 'x'));
}

/** The same for names that differ only in case or in how an accent is written: what makes them unique. */
export function foldedName(name: string): string {
  // Character by character: a whole word in lower case ends in another sigma than it has inside.
  const plain = name.normalize('NFC').replace(VARIATION_SELECTORS, '');
  return Array.from(plain, (character) => character.toUpperCase().toLowerCase())
    .join('')
    .normalize('NFC');
}
