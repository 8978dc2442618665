import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { LatchkeyError, type FieldFault } from '../kernel/latchkey-error.js';
import { RequestInvalidError } from '../input/errors.js';
import {
  BodyTooLargeError,
  ExpectationFailedError,
  FilePreconditionFailedError,
  HeadersTooLargeError,
  InternalError,
  RangeNotSatisfiableError,
  RouteNotFoundError,
  UnsupportedMediaTypeError,
  UriTooLongError,
} from './errors.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';

const CREDENTIALS = new SecretScanner();
const MOST_FAULTS = 20;

/** The code of what the application around Latchkey refused at one of Latchkey's routes, with whatever status. */
export const HOST_REFUSED = 'host.refused';

/** The one body of every refusal. `message` is always one string; `code` is stable and meant for programs. */
export interface ErrorBody {
  statusCode: number;
  success: false;
  error: string;
  message: string;
  code: string;
  requestId: string;
  details?: FieldFault[];
}

export function errorBody(error: LatchkeyError | HttpException, requestId: string): ErrorBody {
  const isOurs = error instanceof LatchkeyError;
  return {
    statusCode: error.getStatus(),
    success: false,
    error: STATUS_CODES[error.getStatus()] ?? 'Error',
    message: isOurs ? error.message : CREDENTIALS.redact(messagesOf(error).join('; ')),
    code: isOurs ? error.code : HOST_REFUSED,
    requestId,
    ...(isOurs && error.details && { details: error.details }),
  };
}

/**
 * What was refused at a route of ours: what the host's own guards, pipes and interceptors refuse there stays the host's
 * refusal, but for input that its pipe finds at fault before ours does.
 */
export function refusalAtRoute(error: unknown): LatchkeyError | HttpException {
  if (error instanceof LatchkeyError || !(error instanceof HttpException)) return toLatchkeyError(error);
  const messages = messagesOf(error).slice(0, MOST_FAULTS);
  const isInvalidInput = error.getStatus() === 400 && Array.isArray(responseOf(error).message);
  return isInvalidInput
    ? new RequestInvalidError(messages.map((message) => ({ field: 'input', message: CREDENTIALS.redact(message) })))
    : error;
}

const OF_STATUS: Readonly<Record<number, new () => LatchkeyError>> = {
  // The static files of the documentation refuse so what lies outside their folder.
  403: RouteNotFoundError,
  404: RouteNotFoundError,
  405: RouteNotFoundError,
  412: FilePreconditionFailedError,
  413: BodyTooLargeError,
  414: UriTooLongError,
  415: UnsupportedMediaTypeError,
  416: RangeNotSatisfiableError,
  417: ExpectationFailedError,
  431: HeadersTooLargeError,
};

/** What the framework refused before or around our code, in our words: its own may repeat what the caller sent. */
export function toLatchkeyError(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) return error;
  const status = statusOf(error);
  if (status === 400) return new RequestInvalidError([malformed(error)]);
  const Refusal = OF_STATUS[status];
  return Refusal ? new Refusal() : new InternalError(error);
}

function messagesOf(error: HttpException): string[] {
  return [responseOf(error).message ?? error.message].flat().map(String);
}

/** What the host's exception says for itself: Nest's own form, or any other. */
function responseOf(error: HttpException): { message?: unknown } {
  const response = error.getResponse();
  return typeof response === 'object' ? response : { message: response };
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : 500;
}

// Fastify's parser, or body-parser of Express, which says what happened as a type.
function isOfParser(error: unknown): boolean {
  const { code, type } = error as { code?: unknown; type?: unknown };
  return error instanceof SyntaxError || String(code).startsWith('FST_ERR_CTP_') || typeof type === 'string';
}

function malformed(error: unknown): FieldFault {
  const code = (error as { code?: unknown }).code;
  if (code === 'FST_ERR_BAD_URL') {
    return { field: 'path', message: 'The path is malformed: a percent sign must begin a valid escape.' };
  }
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH') {
    return { field: 'body', message: 'The body is not as long as Content-Length says.' };
  }
  if (isOfParser(error)) {
    return {
      field: 'body',
      message: 'The body must be well-formed JSON, without properties that reach for a prototype.',
    };
  }
  return { field: 'request', message: 'The request is malformed.' };
}
