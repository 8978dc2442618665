import { looksLikeToken } from '../kernel/keys/json-web-token.js';
import { TooManyHeadersError } from '../http/errors.js';
import type { HttpRequest } from '../http/request.js';
import { PresentedKey } from '../identity/presented-key.js';

export type Credential =
  { kind: 'none' } | { kind: 'ambiguous' } | { kind: 'key'; key: PresentedKey } | { kind: 'token'; token: string };

const READ = Symbol('latchkey.credential');

interface WithCredential {
  [READ]?: Credential;
}

const BEARER = 'Bearer ';
// Of the registry of schemes at IANA, and two that are in use: alone they are given nothing.
const SCHEME =
  /^(basic|bearer|concealed|digest|dpop|gnap|hoba|mutual|negotiate|ntlm|oauth|privatetoken|scram-sha-(1|256)|vapid|aws4-hmac-sha256)$/i;
// A scheme and what it was given (RFC 9110, 11.4).
const WITH_SCHEME = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+)[ \t]+/;

/** Has {@link credentialOf} give this credential again, rather than read the request once more. */
export function keepCredential(request: HttpRequest, credential: Credential): void {
  (request as WithCredential)[READ] = credential;
}

/**
 * Reads the credential of a request, an API key or a JSON Web Token: `Authorization: Bearer <key>` (scheme in any case),
 * `Authorization: <key>`, or `X-API-Key: <key>`; never a query or a body. The same one twice counts once; two different
 * ones are ambiguous. An `Authorization` of another scheme is not meant for Latchkey, nor is a scheme alone.
 *
 * @throws {TooManyHeadersError} if Node may have left some out: a credential could be among them.
 */
export function credentialOf(request: HttpRequest): Credential {
  return (request as WithCredential)[READ] ?? read(request);
}

function read(request: HttpRequest): Credential {
  let found = '';
  // Node keeps only the first of several Authorization headers; the raw list shows whether there was a second.
  const headers = request.raw?.rawHeaders ?? request.rawHeaders ?? listOf(request);
  if (headers.length >= 2 * TooManyHeadersError.limit) throw new TooManyHeadersError();
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const credential = credentialIn(headers[at] ?? '', headers[at + 1] ?? '');
    if (credential === '' || credential === found) continue;
    if (found !== '') return { kind: 'ambiguous' };
    found = credential;
  }
  if (found === '') return { kind: 'none' };
  return looksLikeToken(found) ? { kind: 'token', token: found } : { kind: 'key', key: new PresentedKey(found) };
}

/** The credential in one header; empty if there is none. */
function credentialIn(name: string, value: string): string {
  // Lengths first: most headers are others.
  if (name.length === 13 && name.toLowerCase() === 'authorization') return credentialInAuthorization(value);
  return name.length === 9 && name.toLowerCase() === 'x-api-key' ? value.trim() : '';
}

function credentialInAuthorization(value: string): string {
  // As nearly everybody writes it: a regular expression takes as long as the rest of the reading.
  if (value.startsWith(BEARER)) return value.slice(BEARER.length).trim();
  const text = value.trim();
  const [start, scheme] = WITH_SCHEME.exec(text) ?? [];
  if (start === undefined || scheme === undefined) return SCHEME.test(text) ? '' : text;
  return isBearer(scheme) ? text.slice(start.length) : '';
}

function isBearer(scheme: string): boolean {
  return scheme.length === 6 && scheme.toLowerCase() === 'bearer';
}

/** The headers as Node lists them: a name, its value, the next name … */
function listOf({ headers }: HttpRequest): string[] {
  const values = [headers['x-api-key'] ?? []].flat().flatMap((value) => ['x-api-key', value]);
  return headers.authorization === undefined ? values : ['authorization', headers.authorization, ...values];
}
