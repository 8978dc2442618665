import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { RequestInvalidError } from '../input/errors.js';
import { declaredLength, isJsonInUtf8 } from './media-type.js';
import type { HttpRequest } from './request.js';

/** An object without properties, as JSON. */
const EMPTY_OBJECT = /^[ \t\r\n]*\{[ \t\r\n]*\}[ \t\r\n]*$/;
const REPLACED =
  'The body must be UTF-8. It has a replacement character, U+FFFD, which this application’s parser puts in place of other bytes.';
/** Enough for {@link EMPTY_OBJECT} as anybody writes it. */
const MOST_READ = 64;

/**
 * The parsed body of a request. Its bytes are looked at too, where the application keeps them (`rawBody: true`). Where it
 * does not, text with a replacement character is taken for what a parser leaves of bytes that are no UTF-8.
 *
 * @throws {RequestInvalidError} if the bytes are no UTF-8, or the application around Latchkey has not parsed them.
 */
export function bodyOf(request: HttpRequest): unknown {
  const { body, rawBody } = request;
  if (rawBody && !isUtf8(rawBody)) throw invalidBody('The body must be UTF-8.');
  const isUnparsed = body === undefined ? !isAbsent(request) : typeof body === 'string' || isBytes(body);
  if (isUnparsed) {
    throw invalidBody('The body was not parsed as JSON: this application must let its JSON parser read it.');
  }
  if (!rawBody && hasReplacement(body)) throw invalidBody(REPLACED);
  return body;
}

/**
 * Whether a request has no body, or one that says nothing: `{}`. Answers at once, unless there is a body and it was not
 * read: not every parser reads that of a GET. Then no more of it is kept than it takes to tell.
 */
export function isBodyless(request: HttpRequest): boolean | Promise<boolean> {
  const { body, headers } = request;
  if (isAbsent(request)) return true;
  const stream = streamOf(request);
  if (stream && !stream.readableEnded) return saysNothing(stream);
  const isEmpty = typeof body === 'object' && body !== null && !Array.isArray(body) && Object.keys(body).length === 0;
  // Some leave `{}` of what they do not know.
  return isEmpty && isJsonInUtf8(headers['content-type']);
}

/** Whether no byte of a body was sent. One in chunks may turn out to have none. */
function isAbsent(request: HttpRequest): boolean {
  const length = declaredLength(request.headers);
  return (
    length === 0 || (length === Infinity && request.body === undefined && streamOf(request)?.readableEnded === true)
  );
}

/** What the body comes from: Fastify's requests have it, Express's are it. */
function streamOf(request: HttpRequest): Readable | undefined {
  const stream: unknown = request.raw ?? request;
  return stream instanceof Readable ? stream : undefined;
}

async function saysNothing(stream: Readable): Promise<boolean> {
  let text = '';
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      if (text.length > MOST_READ) return false;
    }
    return text === '' || EMPTY_OBJECT.test(text);
  } catch {
    // The client went away, or the application has taken the stream.
    return false;
  } finally {
    // What is left would stand before the next request of the connection.
    stream.resume();
  }
}

/** Not by recursion: a body may be as deep as it is long. */
function hasReplacement(body: unknown): boolean {
  const left = [body];
  while (left.length > 0) {
    const value = left.pop();
    if (typeof value === 'string' && value.includes('\uFFFD')) return true;
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, member] of Object.entries(value)) left.push(name, member);
  }
  return false;
}

function isBytes(body: unknown): boolean {
  return body instanceof Uint8Array;
}

function invalidBody(message: string): RequestInvalidError {
  return new RequestInvalidError([{ field: 'body', message }]);
}
