import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';

const HEADERS = {
  'X-Total-Count': {
    description: 'How many there are in all.',
    required: true,
    schema: { type: 'integer' },
    example: 1,
  },
  Link: {
    description: 'The first, previous, next and last page (RFC 8288).',
    required: true,
    schema: { type: 'string' },
    example: '</api/v1/apikey?page=1&limit=50>; rel="first", </api/v1/apikey?page=1&limit=50>; rel="last"',
  },
} as const;

/** Documents the answer of a numbered list; see {@link respondWithPage}. */
export function ApiPage(item: Type): MethodDecorator {
  const list = { type: 'array', items: { $ref: getSchemaPath(item) } } as const;
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description: 'The rows; or, when both page and limit are given, the rows with their total.',
      headers: HEADERS,
      schema: {
        oneOf: [
          list,
          {
            type: 'object',
            required: ['total', 'data'],
            properties: {
              total: { description: 'How many there are in all.', type: 'integer', example: 1 },
              data: list,
            },
          },
        ],
      },
    }),
  );
}
