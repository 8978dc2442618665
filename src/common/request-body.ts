import { isUtf8 } from 'node:buffer';
import { RequestInvalidError } from './latchkey-error.js';
import { declaredLength, isJsonInUtf8 } from './media-type.js';
import type { HttpRequest } from './request.js';

/** The length of `{}`. */
const SHORTEST_OBJECT = 2;

/**
 * The parsed body of a request. Its bytes are looked at too, where the application keeps them (`rawBody: true`): of
 * those that are no UTF-8, a parser leaves replacement characters.
 *
 * @throws {RequestInvalidError} if the bytes are no UTF-8, or the application around Latchkey has not parsed them.
 */
export function bodyOf({ body, rawBody, headers }: HttpRequest): unknown {
  if (rawBody && !isUtf8(rawBody)) throw invalidBody('The body must be UTF-8.');
  const isUnparsed = body === undefined ? declaredLength(headers) > 0 : typeof body === 'string' || isBytes(body);
  if (isUnparsed) {
    throw invalidBody('The body was not parsed as JSON: this application must let its JSON parser read it.');
  }
  return body;
}

/** Whether a request has no body, or one that says nothing: `{}`. */
export function isBodyless({ body, headers }: HttpRequest): boolean {
  const length = declaredLength(headers);
  // Not every parser reads the body of a GET.
  if (body === undefined || body === null || length === 0) return length <= SHORTEST_OBJECT;
  const saysNothing = typeof body === 'object' && !Array.isArray(body) && Object.keys(body).length === 0;
  // Some leave `{}` of what they do not know.
  return saysNothing && (length <= SHORTEST_OBJECT || isJsonInUtf8(headers['content-type']));
}

function isBytes(body: unknown): boolean {
  return body instanceof Uint8Array;
}

function invalidBody(message: string): RequestInvalidError {
  return new RequestInvalidError([{ field: 'body', message }]);
}
