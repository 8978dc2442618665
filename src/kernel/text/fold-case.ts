/**
 * The text in capitals and composed (NFC): texts that differ only in case, or in how their characters are composed, have the
 * same. May be longer than the text.
 */
export function foldCase(text: string): string {
  // Not left in small letters: which one a sigma becomes depends on what stands around it, which a part of a text lacks.
  // Through them: a capital sharp s has no capital form of its own, the small one has SS.
  return text.normalize('NFC').toLowerCase().toUpperCase().normalize('NFC');
}
