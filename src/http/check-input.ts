import type { Type } from '@nestjs/common';
import { fieldsOf } from '../input/fields.js';
import type { InputChecker } from '../input/input-checker.js';
import { RequestInvalidError } from '../input/errors.js';
import { bodyOf, isBodyless } from './request-body.js';
import { queryOf } from './request-query.js';
import type { HttpRequest } from './request.js';
import type { CheckedInput, RouteInput } from './route-input.js';

/* eslint-disable-next-line @typescript-eslint/no-extraneous-class -- a DTO without fields: none is taken */
class NoQuery {}

/**
 * The input of a request, as its route takes it. Answers at once, unless a body must be read to tell that it is none.
 *
 * @throws {RequestInvalidError} naming each field at fault.
 */
export function checkInput(
  checker: InputChecker,
  request: HttpRequest,
  { query, body }: RouteInput,
): CheckedInput | Promise<CheckedInput> {
  const checkedQuery = checker.check(query ?? NoQuery, queryOf(request), 'query');
  if (body) return { query: checkedQuery, body: checker.check(body, bodyOf(request)) };
  const withoutBody = (isNone: boolean): CheckedInput => {
    if (!isNone) throw new RequestInvalidError([{ field: 'body', message: noBody(query) }]);
    return { query: checkedQuery, body: undefined };
  };
  const isNone = isBodyless(request);
  return typeof isNone === 'boolean' ? withoutBody(isNone) : isNone.then(withoutBody);
}

function noBody(query: Type<object> | undefined): string {
  const [name] = query ? fieldsOf(query.prototype as object).keys() : [];
  return name ? `This takes no body. Send ${name} in the query: ?${name}=…` : 'This takes no body.';
}
