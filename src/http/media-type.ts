import type { IncomingHttpHeaders } from 'node:http';
import { UnsupportedMediaTypeError } from './errors.js';

const JSON_TYPE = /^\s*application\/json\s*(?:;|$)/i;
const CHARSET = /;\s*charset\s*=\s*"?([^";\s]*)/gi;
const UTF_8 = /^utf-?8$/i;

/** How long a body is, as far as the headers say: 0 for none, Infinity for one that comes in chunks. */
export function declaredLength(headers: IncomingHttpHeaders): number {
  return headers['transfer-encoding'] === undefined ? Number(headers['content-length'] ?? 0) : Infinity;
}

/** Whether a body is JSON in UTF-8, as its `Content-Type` says. */
export function isJsonInUtf8(contentType: string | undefined): boolean {
  if (contentType === undefined || !JSON_TYPE.test(contentType)) return false;
  return [...contentType.matchAll(CHARSET)].every(([, charset = '']) => UTF_8.test(charset));
}

/**
 * A web page of another origin can make a browser send forms and plain text, with its cookies, and no JSON. So what the
 * header says decides, also where a lenient parser has made something of the body.
 *
 * @throws {UnsupportedMediaTypeError} unless the body of a command is JSON in UTF-8 and not compressed.
 */
export function assertJsonInUtf8(headers: IncomingHttpHeaders): void {
  const { 'content-type': contentType, 'content-encoding': encoding = 'identity' } = headers;
  const hasBody = declaredLength(headers) > 0;
  if (contentType === undefined ? hasBody : !isJsonInUtf8(contentType)) throw new UnsupportedMediaTypeError();
  if (hasBody && encoding.trim().toLowerCase() !== 'identity') {
    throw new UnsupportedMediaTypeError('The body must not be compressed: send it without Content-Encoding.');
  }
}
