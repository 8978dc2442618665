import { newId } from '../kernel/ids.js';
import { headerOf, type HttpRequest } from './request.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';

const REQUEST_ID = Symbol('latchkey.requestId');
const ACCEPTABLE = /^[A-Za-z0-9._-]{8,128}$/;
const KEYS_AND_TOKENS = new SecretScanner();

/** The id of this request: the caller's own `X-Request-Id` if it is acceptable, else a new one; stable once asked for. */
export function requestIdOf(request: HttpRequest & { [REQUEST_ID]?: string }): string {
  request[REQUEST_ID] ??= acceptableRequestId(headerOf(request, 'x-request-id'), KEYS_AND_TOKENS) ?? newId();
  return request[REQUEST_ID];
}

/** A caller's request id if it is 8 to 128 of `[A-Za-z0-9._-]` and holds no credential: it will be logged and recorded. */
export function acceptableRequestId(text: string | undefined, secrets: SecretScanner): string | undefined {
  return text !== undefined && ACCEPTABLE.test(text) && secrets.redact(text) === text ? text : undefined;
}
