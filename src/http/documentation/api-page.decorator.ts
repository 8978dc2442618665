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
    description:
      'The first, previous, next and last page (RFC 8288); not the last where it is not known. They name page and limit, ' +
      'so what they lead to has the total in its body.',
    required: true,
    schema: { type: 'string' },
    example: '</api/v1/apikey?page=1&limit=50>; rel="first", </api/v1/apikey?page=1&limit=50>; rel="last"',
  },
} as const;

/**
 * Documents the answer of a numbered list; see {@link respondWithPage}.
 *
 * @param mayBeMore whether a search may find more than are counted
 */
export function ApiPage(item: Type, { mayBeMore = false } = {}): MethodDecorator {
  const relation = { type: 'string', enum: ['gte'], example: 'gte' };
  const description = 'There if not all that match were counted: `gte`, the total is that or more.';
  const list = { type: 'array', items: { $ref: getSchemaPath(item) } } as const;
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description: 'The rows; or, when both page and limit are given, the rows with their total.',
      headers: {
        ...HEADERS,
        ...(mayBeMore && {
          'X-Total-Count-Relation': { description, required: false, schema: relation },
        }),
      },
      schema: {
        oneOf: [
          list,
          {
            type: 'object',
            required: ['total', 'data'],
            properties: {
              total: { description: 'How many there are in all.', type: 'integer', example: 1 },
              ...(mayBeMore && { totalRelation: { description, ...relation } }),
              data: list,
            },
          },
        ],
      },
    }),
  );
}
