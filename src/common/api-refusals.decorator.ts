import { applyDecorators } from '@nestjs/common';
import { ApiResponse, ApiProperty } from '@nestjs/swagger';
import { STATUS_CODES } from 'node:http';
import { ERROR_STATUS, type ErrorCode, type FieldFault } from './latchkey-error.js';

class FieldFaultDto implements FieldFault {
  @ApiProperty({ description: 'The field, as a dotted path.', example: 'keyName' })
  field!: string;

  @ApiProperty({ description: 'What is wrong with it.', example: 'keyName must have 1 to 100 characters.' })
  message!: string;
}

/** The body of every refusal, for OpenAPI. */
export class ErrorDto {
  @ApiProperty({ description: 'The HTTP status, again.', type: 'integer', example: 404 })
  statusCode!: number;

  @ApiProperty({ enum: [false], type: Boolean, example: false })
  success!: boolean;

  @ApiProperty({ description: 'The name of the status.', example: 'Not Found' })
  error!: string;

  @ApiProperty({ description: 'What was wrong and the way out, for people.', example: 'The API key does not exist.' })
  message!: string;

  @ApiProperty({ description: 'Stable, for programs.', enum: Object.keys(ERROR_STATUS), example: 'apikey.not_found' })
  code!: ErrorCode;

  @ApiProperty({ description: 'The X-Request-Id of this answer.', example: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11' })
  requestId!: string;

  @ApiProperty({ description: 'Each fault in the input.', type: FieldFaultDto, isArray: true, required: false })
  details?: FieldFaultDto[];
}

/** What any route with a JSON body may refuse it for. */
export const BODY_REFUSALS = ['request.invalid', 'request.too_large', 'request.unsupported_media_type'] as const;

const REFUSALS = Symbol('latchkey.refusals');

/**
 * Documents that a route may refuse with these codes: one response a status, with an example of each code. May be
 * applied more than once to a route; the codes add up.
 */
export function ApiRefusals(...codes: ErrorCode[]): MethodDecorator {
  return (target, key, descriptor: PropertyDescriptor) => {
    const handler = descriptor.value as object;
    const known = (Reflect.getMetadata(REFUSALS, handler) as ErrorCode[] | undefined) ?? [];
    const all = [...new Set([...known, ...codes])];
    Reflect.defineMetadata(REFUSALS, all, handler);
    applyDecorators(...byStatus(all).map(([status, group]) => refusalResponse(status, group)))(target, key, descriptor);
  };
}

function byStatus(codes: ErrorCode[]): [number, ErrorCode[]][] {
  const groups = new Map<number, ErrorCode[]>();
  for (const code of codes) groups.set(ERROR_STATUS[code], [...(groups.get(ERROR_STATUS[code]) ?? []), code]);
  return [...groups];
}

function refusalResponse(status: number, codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  return ApiResponse({
    status,
    description: `${STATUS_CODES[status]}: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    type: ErrorDto,
    examples: Object.fromEntries(codes.map((code) => [code, { summary: code, value: exampleOf(code) }])),
  });
}

function exampleOf(code: ErrorCode): ErrorDto {
  const status = ERROR_STATUS[code];
  return {
    statusCode: status,
    success: false,
    error: STATUS_CODES[status] ?? 'Error',
    message: 'What was wrong, and the way out.',
    code,
    requestId: '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11',
    ...(code === 'request.invalid' && { details: [{ field: 'limit', message: 'limit must be a whole number.' }] }),
  };
}
