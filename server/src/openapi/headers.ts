import type { OpenAPIObject } from '@nestjs/swagger';
import { EXAMPLE_ID } from 'latchkey/internal/http/documentation/api-examples';
import { responsesOf } from './operations.js';

const REQUEST_ID = {
  description: 'The id of the request: the caller’s own if it sent an acceptable one, else a new one.',
  required: true,
  schema: { type: 'string', pattern: '^[A-Za-z0-9._-]{8,128}$' },
  example: EXAMPLE_ID,
};

/** Documents the header that every answer has. */
export function withRequestIds(document: OpenAPIObject): OpenAPIObject {
  for (const response of responsesOf(document)) {
    response.headers = { 'X-Request-Id': { $ref: '#/components/headers/X-Request-Id' }, ...response.headers };
  }
  return { ...document, components: { ...document.components, headers: { 'X-Request-Id': REQUEST_ID } } };
}
