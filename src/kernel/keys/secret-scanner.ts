import { BareKeys } from './bare-keys.js';
import { DEFAULT_PREFIX, findDamagedKeys, findKeys, maskDamagedKey, maskKey, type KeyPlace } from './key-format.js';

const JSON_WEB_TOKEN = /eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/y;
// As most begin, with "alg", "typ", "kid", "enc", "cty", "x5…", "zip", "jwk", "jku" or "crit": of text that has lost its
// spaces, "eyJ" alone may be in the words "Hey Jo". The header has a longest length, or each beginning would be followed to the
// end.
const SQUEEZED_TOKEN =
  /eyJ(?:hbGciO|0eXAiO|raWQiO|lbmMiO|jdHkiO|4NX|6aXAiO|qd2siO|qa3UiO|jcml0)[A-Za-z0-9_-]{4,300}\.[A-Za-z0-9_-]{8,}\./;
const NOT_ASCII = /[^\0-\x7f]/;
// Before all else: putting a long row of them in order takes time that grows with the square of its length.
const MARKS = /\p{M}+/gu;
const VISIBLE = codesOf(/[\x21-\x7e]/);
const OF_A_KEY = codesOf(/[0-9A-Za-z_]/);
/** No credential is shorter. */
const SHORTEST = 24;
const BASE_64_URL = /[A-Za-z0-9_-]*/y;
const HIDDEN = '[secret]';

/**
 * Finds credentials in text that a caller supplied, so that none is stored, logged or answered by way of a name, a
 * header or a path. Knows API keys of any prefix (by their checksum), JSON Web Tokens, and the literals it was given, also
 * where spaces, punctuation, accents or characters that nobody sees stand within them, or letters of another width; keys of
 * the given prefixes also without it. Masks what may have been a key, such as one without its last characters.
 * The time it takes grows with the text's length only, whatever the text.
 */
export class SecretScanner {
  private readonly literals: readonly string[];
  private readonly squeezedLiterals: readonly string[];
  private readonly bareKeys: BareKeys;

  /**
   * @param literals credentials of another form
   * @param prefixes what keys begin with; the default is always among them
   */
  constructor(literals: readonly string[] = [], prefixes: readonly string[] = []) {
    this.bareKeys = new BareKeys([DEFAULT_PREFIX, ...prefixes]);
    this.squeezedLiterals = literals.map(squeezed);
    // Text is also redacted after it became JSON, where quotes and backslashes look different.
    this.literals = [...new Set(literals.flatMap((literal) => [literal, JSON.stringify(literal).slice(1, -1)]))];
  }

  /** Whether a credential is in the text for certain: what may have been one is not meant. */
  contains(text: string): boolean {
    return this.withoutCredentials(text) !== text || this.isHiddenIn(text);
  }

  /**
   * The text with every credential masked, and what may have been a key; `[secret]` for all of a text in which one is
   * hidden. Text without one is returned as it is.
   */
  redact(text: string): string {
    const shown = this.redactJson(text);
    return this.isHiddenIn(shown) ? HIDDEN : shown;
  }

  /** The same for JSON, which it leaves well-formed: credentials that are hidden in one of its texts stay. */
  redactJson(text: string): string {
    return masked(this.withoutCredentials(text), findDamagedKeys, maskDamagedKey);
  }

  private withoutCredentials(text: string): string {
    let result = redactTokens(masked(text, findKeys, maskKey));
    for (const literal of this.literals) result = result.replaceAll(literal, HIDDEN);
    return result;
  }

  private isHiddenIn(text: string): boolean {
    if (text.length < SHORTEST && !NOT_ASCII.test(text)) return false;
    const ascii = squeezed(text);
    if (this.squeezedLiterals.some((literal) => ascii.includes(literal)) || SQUEEZED_TOKEN.test(ascii)) return true;
    const letters = only(OF_A_KEY, ascii);
    return this.bareKeys.areIn(letters) || findKeys(letters).length > 0;
  }
}

/** The letters, digits and punctuation of a text, in ASCII: what a credential consists of. */
function squeezed(text: string): string {
  const plain = NOT_ASCII.test(text) ? text.replace(MARKS, '').normalize('NFKD') : text;
  return only(VISIBLE, plain);
}

function codesOf(pattern: RegExp): readonly boolean[] {
  return Array.from({ length: 128 }, (_, code) => pattern.test(String.fromCharCode(code)));
}

/** The same as to replace all others by nothing, in a tenth of the time. */
function only(codes: readonly boolean[], text: string): string {
  const kept = Buffer.allocUnsafe(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 128 || !codes[code]) continue;
    kept[length] = code;
    length += 1;
  }
  return kept.toString('latin1', 0, length);
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
