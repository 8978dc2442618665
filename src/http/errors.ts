import { maxHeaderSize } from 'node:http';
import { LatchkeyError } from '../kernel/latchkey-error.js';

// What only HTTP knows. Where the kind does not say it, these classes alone name a status.

/** There is no such route. */
export class RouteNotFoundError extends LatchkeyError {
  static readonly kind = 'not_found';
  static readonly code = 'route.not_found';

  constructor() {
    super('There is no such route. The OpenAPI document lists those there are.');
  }
}

/** The request did not arrive whole in time. */
export class RequestTimeoutError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.timeout';
  static readonly status = 408;

  constructor() {
    super('The request did not arrive whole in time.');
  }
}

/** What came is not even HTTP. */
export class MalformedHttpError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.invalid';

  constructor() {
    super('The request is not well-formed HTTP.');
  }
}

/** The path ends where an id was expected. */
export class IdRequiredError extends LatchkeyError {
  static readonly kind = 'precondition_failed';
  static readonly code = 'request.id_required';

  constructor(resource: string) {
    super(`The id of the ${resource} is missing from the path.`);
  }
}

/** A file of the documentation has changed since what the request names. */
export class FilePreconditionFailedError extends LatchkeyError {
  static readonly kind = 'precondition_failed';
  static readonly code = 'request.precondition_failed';

  constructor() {
    super('The file is not the one that the request asks for.');
  }
}

/** The body is larger than any route takes. */
export class BodyTooLargeError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.too_large';
  static readonly status = 413;

  constructor() {
    super('The body is larger than 64 KiB.');
  }
}

/** The path is longer than any route takes. */
export class UriTooLongError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.uri_too_long';
  static readonly status = 414;

  constructor() {
    super('The path is too long.');
  }
}

/** The body is in a form that no route reads. */
export class UnsupportedMediaTypeError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.unsupported_media_type';
  static readonly status = 415;

  constructor(message = 'The body must be JSON in UTF-8: send it as Content-Type application/json.') {
    super(message);
  }
}

/** A file of the documentation has no such range. */
export class RangeNotSatisfiableError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.range_not_satisfiable';
  static readonly status = 416;

  constructor() {
    super('The file has no such range. Ask for all of it.');
  }
}

/** `Expect` asks for something else than `100-continue`. */
export class ExpectationFailedError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.expectation_failed';
  static readonly status = 417;

  constructor() {
    super('Of the header Expect, only 100-continue is understood.');
  }
}

/** The path, the query and the headers are larger than Node reads. */
export class HeadersTooLargeError extends LatchkeyError {
  static readonly kind = 'invalid';
  static readonly code = 'request.headers_too_large';
  static readonly status = 431;

  constructor(
    message = `The path, the query and the headers are larger than ${maxHeaderSize / 1024} KiB together. Send less.`,
  ) {
    super(message);
  }
}

/** Of a request with as many headers it is not known whether a credential is among those that Node leaves out. */
export class TooManyHeadersError extends HeadersTooLargeError {
  /** Node's own limit, unless it is told otherwise. */
  static readonly limit = 1000;

  constructor() {
    super(`The request has too many headers. Send fewer than ${TooManyHeadersError.limit}.`);
  }
}

/** An unexpected error: a fault of Latchkey. */
export class InternalError extends LatchkeyError {
  static readonly kind = 'fault';
  static readonly code = 'internal';

  constructor(cause?: unknown) {
    super('An internal error happened. Quote the requestId when you report it.', { cause });
  }
}

/** The service has been asked to stop: it still answers, and is not to be sent new requests. */
export class ServiceStoppingError extends LatchkeyError {
  static readonly kind = 'unavailable';
  static readonly code = 'service.stopping';

  constructor() {
    super('The service is stopping. Send requests to another instance.', {
      headers: { 'Retry-After': '5' },
    });
  }
}
