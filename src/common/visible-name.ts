// Control and format characters, such as bidirectional overrides and zero-width ones, and letters that show nothing.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|^\s|\s$/u;

/** Tells whether all of a name can be seen: no invisible characters, no space at its ends. */
export function isVisibleName(name: string): boolean {
  return !INVISIBLE.test(name);
}

/** The same for names that differ only in case or in how an accent is written: what makes them unique. */
export function foldedName(name: string): string {
  // Character by character: a whole word in lower case ends in another sigma than it has inside.
  return Array.from(name.normalize('NFC'), (character) => character.toUpperCase().toLowerCase())
    .join('')
    .normalize('NFC');
}
