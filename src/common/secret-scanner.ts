import { findDamagedKeys, findKeys, maskDamagedKey, maskKey, type KeyPlace } from './key-format.js';

const JSON_WEB_TOKEN = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/y;
const BASE_64_URL = /[A-Za-z0-9_-]*/y;
const HIDDEN = '[secret]';

/**
 * Finds credentials in text that a caller supplied, so that none is stored, logged or answered by way of a name, a
 * header or a path. Knows API keys of any prefix (by their checksum), JSON Web Tokens, and the literals it was given; and
 * masks what may have been a key, such as one without its last characters.
 * The time it takes grows with the text's length only, whatever the text.
 */
export class SecretScanner {
  private readonly literals: readonly string[];

  constructor(literals: readonly string[] = []) {
    // Text is also redacted after it became JSON, where quotes and backslashes look different.
    this.literals = [...new Set(literals.flatMap((literal) => [literal, JSON.stringify(literal).slice(1, -1)]))];
  }

  /** Whether a credential is in the text for certain: what may have been one is not meant. */
  contains(text: string): boolean {
    return this.withoutCredentials(text) !== text;
  }

  /** The text with every credential masked, and what may have been a key. Text without one is returned as it is. */
  redact(text: string): string {
    return masked(this.withoutCredentials(text), findDamagedKeys, maskDamagedKey);
  }

  private withoutCredentials(text: string): string {
    let result = redactTokens(masked(text, findKeys, maskKey));
    for (const literal of this.literals) result = result.replaceAll(literal, HIDDEN);
    return result;
  }
}

function masked(text: string, find: (text: string) => KeyPlace[], mask: (key: string) => string): string {
  // Stands in every key, damaged or not, and in little else.
  if (!text.includes('_')) return text;
  let redacted = '';
  let done = 0;
  for (const { start, end } of find(text)) {
    redacted += text.slice(done, start) + mask(text.slice(Math.max(done, start), end));
    done = end;
  }
  return redacted + text.slice(done);
}

function redactTokens(text: string): string {
  let redacted = '';
  let done = 0;
  for (let at = text.indexOf('eyJ'); at >= 0; at = text.indexOf('eyJ', at)) {
    const token = endOf(JSON_WEB_TOKEN, text, at);
    if (token === undefined) {
      // A token that began later in the same run of letters would have begun here.
      at = endOf(BASE_64_URL, text, at) ?? at;
      continue;
    }
    redacted += text.slice(done, at) + HIDDEN;
    [at, done] = [token, token];
  }
  return redacted + text.slice(done);
}

/** Where a match ends that begins at this place. */
function endOf(sticky: RegExp, text: string, at: number): number | undefined {
  sticky.lastIndex = at;
  return sticky.test(text) ? sticky.lastIndex : undefined;
}
