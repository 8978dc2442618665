import { ApiProperty, ApiResponse, ApiSchema } from '@nestjs/swagger';
import { EXAMPLE_ID } from './api-examples.js';
import { errorBody, toLatchkeyError } from '../error-body.js';
import { BodyTooLargeError, HeadersTooLargeError, UnsupportedMediaTypeError, UriTooLongError } from '../errors.js';
import { type FieldFault } from '../../kernel/latchkey-error.js';
import { RequestInvalidError } from '../../input/errors.js';
import type { LatchkeyError } from '../../kernel/latchkey-error.js';

@ApiSchema({ name: 'LatchkeyFieldFault' })
class FieldFaultDto implements FieldFault {
  @ApiProperty({ description: 'The field, as a dotted path.', example: 'keyName' })
  field!: string;

  @ApiProperty({ description: 'What is wrong with it.', example: 'keyName must have 1 to 100 characters.' })
  message!: string;
}

/** The body of every refusal, for OpenAPI. */
@ApiSchema({ name: 'LatchkeyErrorBody', description: 'The one body of every refusal.' })
export class ErrorDto {
  @ApiProperty({ description: 'The HTTP status, again.', type: 'integer', example: 404 })
  statusCode!: number;

  @ApiProperty({ description: 'Always false.', enum: [false], type: Boolean, example: false })
  success!: boolean;

  @ApiProperty({ description: 'The name of the status.', example: 'Not Found' })
  error!: string;

  @ApiProperty({ description: 'What was wrong and the way out, for people.', example: 'The API key does not exist.' })
  message!: string;

  @ApiProperty({ description: 'Stable, for programs.', example: 'apikey.not_found' })
  code!: string;

  @ApiProperty({ description: 'The X-Request-Id of this answer.', example: EXAMPLE_ID })
  requestId!: string;

  @ApiProperty({ description: 'Each fault in the input.', type: FieldFaultDto, isArray: true, required: false })
  details?: FieldFaultDto[];
}

/** Documents which codes there are. */
export function documentCodes(codes: readonly string[]): void {
  ApiProperty({ enum: codes })(ErrorDto.prototype, 'code');
}

/** Why any request may be refused before a route sees it. */
export const REQUEST_REFUSALS: readonly LatchkeyError[] = [
  toLatchkeyError({ statusCode: 400, code: 'FST_ERR_BAD_URL' }),
  new UriTooLongError(),
  new HeadersTooLargeError(),
];

/** What any route that reads a body may refuse it for. */
export const BODY_REFUSALS: readonly LatchkeyError[] = [new BodyTooLargeError(), new UnsupportedMediaTypeError()];

/** A fault in the input, as an example of those a route may find. */
export function invalid(field: string, message: string): LatchkeyError {
  return new RequestInvalidError([{ field, message }]);
}

const REFUSALS = Symbol('latchkey.refusals');

/**
 * Documents that a route may refuse with these errors: one response a status, with each error as it is answered for an
 * example. May be applied more than once to a route; the errors add up, and of two with the same code the first stays.
 */
export function ApiRefusals(...errors: readonly LatchkeyError[]): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) => {
    const handler = descriptor.value as object;
    const known = [...refusalsOf(handler)];
    for (const error of errors) {
      if (known.some(({ code }) => code === error.code)) continue;
      known.push(error);
      const alike = known.filter((other) => other.getStatus() === error.getStatus());
      // Nest joins the descriptions and the examples of responses with the same status, but not their headers.
      ApiResponse({ ...responseOf(error), headers: documentedHeaders(alike) })(target, key, descriptor);
    }
    Reflect.defineMetadata(REFUSALS, known, handler);
  };
}

/** Documents that a route of a host may refuse with this error: how the answer looks is the host's matter. */
export function documentedWithoutBody(error: LatchkeyError, description = error.message): MethodDecorator {
  return ApiResponse({ status: error.getStatus(), description, headers: documentedHeaders([error]) });
}

/** The errors that a route is documented to refuse with. */
export function refusalsOf(handler: object): readonly LatchkeyError[] {
  return (Reflect.getMetadata(REFUSALS, handler) ?? []) as LatchkeyError[];
}

/** The headers of answers with one status, required if all of these errors have them. */
function documentedHeaders(errors: readonly LatchkeyError[]): Record<string, HeaderObject> {
  const documented: Record<string, HeaderObject> = {};
  for (const [name, example] of errors.flatMap(({ headers }) => Object.entries(headers))) {
    documented[name] ??= {
      description: HEADERS[name] ?? name,
      required: errors.every(({ headers }) => name in headers),
      schema: { type: 'string' },
      example,
    };
  }
  return documented;
}

function responseOf(error: LatchkeyError): ResponseObject {
  return {
    status: error.getStatus(),
    // Descriptions are Markdown, where <key> would be an element.
    description: `\`${error.code}\`, for example: ${error.message.replaceAll('<', '&lt;')}`,
    type: ErrorDto,
    examples: { [error.code]: { summary: error.code, value: errorBody(error, EXAMPLE_ID) } },
  };
}

type ResponseObject = Parameters<typeof ApiResponse>[0];
type HeaderObject = NonNullable<ResponseObject['headers']>[string];

const HEADERS: Record<string, string> = {
  'Retry-After': 'After how many seconds to try again.',
  RateLimit: 'What is left of the limit (`r`), and in how many seconds it is whole again (`t`).',
  'RateLimit-Policy': 'The limit: how many uses (`q`) in a window of how many seconds (`w`), or at a time.',
  'WWW-Authenticate':
    'How to authenticate (RFC 9110); at 403, as `scope`, the permissions that are missing (RFC 6750).',
};
