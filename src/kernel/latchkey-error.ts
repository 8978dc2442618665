import { HttpException } from '@nestjs/common';
import { STATUS_CODES } from 'node:http';
import { STATUS_OF_KIND, type ErrorKind } from './error-kind.js';

/** One fault in the input: the field, as a dotted path, and what is wrong with it. */
export interface FieldFault {
  field: string;
  message: string;
}

export interface LatchkeyErrorOptions {
  details?: FieldFault[];
  /** Response headers that belong to the refusal, such as `Retry-After`. */
  headers?: Record<string, string>;
  /** What went wrong underneath. Logged, never answered. */
  cause?: unknown;
}

/** What the class of an error says of all of them. */
export interface ErrorClass {
  readonly name: string;
  readonly kind: ErrorKind;
  /** The name on the wire: stable, and for programs to decide by. */
  readonly code: string;
  /** Of what only HTTP knows, in `http/`. All others are answered by their kind. */
  readonly status?: number;
}

/** The HTTP status that errors of this class are answered with. */
export function statusOf({ kind, status = STATUS_OF_KIND[kind] }: ErrorClass): number {
  return status;
}

/**
 * The base of all refusals. Their classes say the kind and the code: each is an {@link ErrorClass}. The message is safe to show to the
 * caller: it holds no secret and no driver text. An `HttpException`, so that a host's own filters answer it with its status
 * and a body with its `code`.
 */
export abstract class LatchkeyError extends HttpException {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly details: FieldFault[] | undefined;
  readonly headers: Record<string, string>;

  constructor(message: string, { details, headers = {}, cause }: LatchkeyErrorOptions = {}) {
    const errorClass = new.target as unknown as ErrorClass;
    const { kind, code } = errorClass;
    const statusCode = statusOf(errorClass);
    super({ statusCode, error: STATUS_CODES[statusCode], message, code, ...(details && { details }) }, statusCode, {
      cause,
    });
    this.kind = kind;
    this.code = code;
    this.details = details;
    this.headers = headers;
  }

  /** Whether Latchkey is in order, and refused. Otherwise the kind is `unavailable` or `fault`. */
  get isRefusal(): boolean {
    return this.kind !== 'unavailable' && this.kind !== 'fault';
  }
}
