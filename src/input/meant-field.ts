import { nearest } from '../kernel/text/nearest.js';

const LONGEST = 64;

/** The one field that a wrong name stands for: misspelt, or only the beginning or the end of its name. */
export function meantField(written: string, fields: readonly string[]): string | undefined {
  if (written.length > LONGEST) return undefined;
  return nearest(written, fields) ?? partOf(written.toLowerCase(), fields);
}

function partOf(written: string, fields: readonly string[]): string | undefined {
  const wholes = fields.filter((field) => {
    const name = field.toLowerCase();
    return name.startsWith(written) || name.endsWith(written);
  });
  return wholes.length === 1 ? wholes[0] : undefined;
}
