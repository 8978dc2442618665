const LONGEST = 255;

/** What to show of a person by what they call themselves: without control characters, and cut; empty if that is no text. */
export function displayOf(name: unknown): string {
  if (typeof name !== 'string') return '';
  return name
    .replace(/\p{Cc}/gu, '')
    .slice(0, LONGEST)
    .toWellFormed()
    .trim();
}
