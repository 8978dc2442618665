import { isWellFormedKey, keyPattern, maskKey } from './key-format.js';

const JSON_WEB_TOKEN = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g;
const HIDDEN = '[secret]';

/**
 * Finds credentials in text that a caller supplied, so that none is stored, logged or answered by way of a name, a
 * header or a path. Knows API keys of any prefix (by their checksum), JSON Web Tokens, and the literals it was given.
 */
export class SecretScanner {
  private readonly literals: readonly string[];

  constructor(literals: readonly string[] = []) {
    // Text is also redacted after it became JSON, where quotes and backslashes look different.
    this.literals = [...new Set(literals.flatMap((literal) => [literal, JSON.stringify(literal).slice(1, -1)]))];
  }

  contains(text: string): boolean {
    return this.redact(text) !== text;
  }

  /** The text with every credential masked. Text without one is returned as it is. */
  redact(text: string): string {
    let result = redactKeys(text).replace(JSON_WEB_TOKEN, HIDDEN);
    for (const literal of this.literals) result = result.replaceAll(literal, HIDDEN);
    return result;
  }
}

function redactKeys(text: string): string {
  const pattern = keyPattern();
  let result = text;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    if (isWellFormedKey(match[0])) result = result.replaceAll(match[0], maskKey(match[0]));
    // A key may begin inside what looked like one: `a_lk_…`, or a longer run of letters before its prefix.
    pattern.lastIndex = match.index + 1;
  }
  return result;
}
