import type { HttpRequest } from '../common/request.js';

export type Credential =
  { kind: 'none' } | { kind: 'ambiguous' } | { kind: 'key'; key: string } | { kind: 'token'; token: string };

const JSON_WEB_TOKEN = /^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;
const SCHEME = 'Bearer ';
const ANY_SCHEME = /^bearer[ \t]+/i;

/**
 * Reads the credential of a request, an API key or a JSON Web Token: `Authorization: Bearer <key>` (scheme in any case),
 * `Authorization: <key>`, or `X-API-Key: <key>`; never a query or a body. The same one twice counts once; two different
 * ones are ambiguous.
 */
export function credentialOf(request: HttpRequest): Credential {
  let found = '';
  // Node keeps only the first of several Authorization headers; the raw list shows whether there was a second.
  const headers = request.raw?.rawHeaders ?? request.rawHeaders ?? listOf(request);
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const credential = credentialIn(headers[at] ?? '', headers[at + 1] ?? '');
    if (credential === '' || credential === found) continue;
    if (found !== '') return { kind: 'ambiguous' };
    found = credential;
  }
  if (found === '') return { kind: 'none' };
  return found.includes('.') && JSON_WEB_TOKEN.test(found)
    ? { kind: 'token', token: found }
    : { kind: 'key', key: found };
}

/** The credential in one header; empty if there is none. */
function credentialIn(name: string, value: string): string {
  // Lengths first: most headers are others.
  if (name.length === 13 && name.toLowerCase() === 'authorization') return withoutScheme(value).trim();
  return name.length === 9 && name.toLowerCase() === 'x-api-key' ? value.trim() : '';
}

function withoutScheme(value: string): string {
  // As nearly everybody writes it: a regular expression takes as long as the rest of the reading.
  return value.startsWith(SCHEME) ? value.slice(SCHEME.length) : value.replace(ANY_SCHEME, '');
}

/** The headers as Node lists them: a name, its value, the next name … */
function listOf({ headers }: HttpRequest): string[] {
  const values = [headers['x-api-key'] ?? []].flat().flatMap((value) => ['x-api-key', value]);
  return headers.authorization === undefined ? values : ['authorization', headers.authorization, ...values];
}
