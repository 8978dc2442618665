import { parse } from 'node:querystring';
import { RequestInvalidError } from '../input/errors.js';
import type { HttpRequest } from './request.js';

const VISIBLE_ASCII = /^[\x21-\x7e]*$/;
const PLAIN_NAME = /^[\w.-]{1,64}$/;

/**
 * The query of a request as its client wrote it: parsers differ from application to application, and make something of
 * what is no UTF-8. A parameter that is given more than once is a list.
 *
 * @throws {RequestInvalidError} naming the parameter whose escapes are no UTF-8.
 */
export function queryOf({ originalUrl, url }: HttpRequest): Record<string, unknown> {
  const target = originalUrl ?? url;
  const start = target.indexOf('?');
  if (start === -1) return {};
  const query = target.slice(start + 1);
  query.split('&').forEach(assertDecodable);
  return parse(query, '&', '=', { maxKeys: 0 });
}

function assertDecodable(parameter: string): void {
  if (VISIBLE_ASCII.test(parameter) && isDecodable(parameter)) return;
  const [name = ''] = parameter.split('=', 1);
  const field = PLAIN_NAME.test(name) ? name : 'query';
  const message = `${field} must be UTF-8, percent-encoded; a percent sign itself is %25.`;
  throw new RequestInvalidError([{ field, message }]);
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
