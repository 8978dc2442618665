import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';

/** Documents the answer of a numbered list; see {@link respondWithPage}. */
export function ApiPage(item: Type): MethodDecorator {
  const list = { type: 'array', items: { $ref: getSchemaPath(item) } } as const;
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      description: 'The rows; or, when both page and limit are given, the rows with their total.',
      headers: {
        'X-Total-Count': { description: 'How many there are in all.', schema: { type: 'integer' } },
        Link: { description: 'The first, previous, next and last page (RFC 8288).', schema: { type: 'string' } },
      },
      schema: {
        oneOf: [
          list,
          { type: 'object', required: ['total', 'data'], properties: { total: { type: 'integer' }, data: list } },
        ],
      },
    }),
  );
}
