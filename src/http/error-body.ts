import { HttpException } from '@nestjs/common';
import { maxHeaderSize, STATUS_CODES } from 'node:http';
import {
  LatchkeyError,
  RequestInvalidError,
  UnsupportedMediaTypeError,
  type ErrorCode,
  type FieldFault,
} from '../kernel/latchkey-error.js';
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
  code: ErrorCode | typeof HOST_REFUSED;
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

/** What the framework refused before or around our code, in our words: its own may repeat what the caller sent. */
export function toLatchkeyError(error: unknown): LatchkeyError {
  if (error instanceof LatchkeyError) return error;
  switch (statusOf(error)) {
    case 400:
      return new RequestInvalidError([malformed(error)]);
    // The static files of the documentation refuse so what lies outside their folder.
    case 403:
    case 404:
    case 405:
      return new LatchkeyError(
        'route.not_found',
        'There is no such route. The OpenAPI document lists those there are.',
      );
    case 413:
      return new LatchkeyError('request.too_large', 'The body is larger than 64 KiB.');
    case 414:
      return new LatchkeyError('request.uri_too_long', 'The path is too long.');
    case 415:
      return new UnsupportedMediaTypeError();
    case 412:
      return new LatchkeyError('request.precondition_failed', 'The file is not the one that the request asks for.');
    case 416:
      return new LatchkeyError('request.range_not_satisfiable', 'The file has no such range. Ask for all of it.');
    case 417:
      return new LatchkeyError('request.expectation_failed', 'Of the header Expect, only 100-continue is understood.');
    case 431:
      return new LatchkeyError(
        'request.headers_too_large',
        `The path, the query and the headers are larger than ${maxHeaderSize / 1024} KiB together. Send less.`,
      );
    default:
      return new LatchkeyError('internal', 'An internal error happened. Quote the requestId when you report it.', {
        cause: error,
      });
  }
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
