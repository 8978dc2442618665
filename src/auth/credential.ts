import type { HttpRequest } from '../common/request.js';

export type Credential =
  { kind: 'none' } | { kind: 'ambiguous' } | { kind: 'key'; key: string } | { kind: 'token'; token: string };

const JSON_WEB_TOKEN = /^[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*$/;

/**
 * Reads the credential of a request, an API key or a JSON Web Token: `Authorization: Bearer <key>` (scheme in any case), `Authorization: <key>`, or
 * `X-API-Key: <key>`; never a query or a body. The same one twice counts once; two different ones are ambiguous.
 */
export function credentialOf(request: HttpRequest): Credential {
  const found = new Set<string>();
  for (const value of headerValues(request, 'authorization')) found.add(value.replace(/^bearer[ \t]+/i, '').trim());
  for (const value of headerValues(request, 'x-api-key')) found.add(value.trim());
  found.delete('');
  if (found.size === 0) return { kind: 'none' };
  if (found.size > 1) return { kind: 'ambiguous' };
  const credential = [...found].join();
  return JSON_WEB_TOKEN.test(credential) ? { kind: 'token', token: credential } : { kind: 'key', key: credential };
}

// Node keeps only the first of several Authorization headers; the raw list shows whether there was a second.
function headerValues(request: HttpRequest, name: string): string[] {
  const raw = request.raw?.rawHeaders ?? request.rawHeaders;
  if (!raw) return [request.headers[name] ?? []].flat();
  const values: string[] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const header = raw[at] ?? '';
    // Lengths first: most headers are others.
    if (header.length === name.length && header.toLowerCase() === name) values.push(raw[at + 1] ?? '');
  }
  return values;
}
