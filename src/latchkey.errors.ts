import { OutcomeUnknownError, StoreUnavailableError } from './database/errors.js';
import {
  BodyTooLargeError,
  ExpectationFailedError,
  FilePreconditionFailedError,
  HeadersTooLargeError,
  IdRequiredError,
  InternalError,
  MalformedHttpError,
  RangeNotSatisfiableError,
  RequestTimeoutError,
  RouteNotFoundError,
  ServiceStoppingError,
  TooManyHeadersError,
  UnsupportedMediaTypeError,
  UriTooLongError,
} from './http/errors.js';
import { RequestInvalidError } from './input/errors.js';
import { LatchkeyError as AnyLatchkeyError, type ErrorClass } from './kernel/latchkey-error.js';
import { FEATURES, type ListedFeature } from './latchkey.features.js';

/** Those that are of no feature. */
const COMMON_ERRORS = [
  RequestInvalidError,
  MalformedHttpError,
  RouteNotFoundError,
  RequestTimeoutError,
  IdRequiredError,
  FilePreconditionFailedError,
  BodyTooLargeError,
  UriTooLongError,
  UnsupportedMediaTypeError,
  RangeNotSatisfiableError,
  ExpectationFailedError,
  HeadersTooLargeError,
  TooManyHeadersError,
  InternalError,
  StoreUnavailableError,
  OutcomeUnknownError,
  ServiceStoppingError,
] as const satisfies readonly ErrorClass[];

/** The classes of all refusals. Several may have one code. */
export const ERRORS: readonly ErrorClass[] = [...COMMON_ERRORS, ...FEATURES.flatMap(({ errors = [] }) => errors)];

/** Every code that a refusal has on the wire. */
export const ERROR_CODES: readonly string[] = [...new Set(ERRORS.map(({ code }) => code))].sort();

/** The same, for programs to decide by; `docs/errors.md` says what each means. */
export type ErrorCode = (
  (typeof COMMON_ERRORS)[number] | Extract<ListedFeature, { errors: unknown }>['errors'][number]
)['code'];

/** The base of all refusals, for hosts: its code is one of those there are. */
export type LatchkeyError = AnyLatchkeyError & { readonly code: ErrorCode };
export const LatchkeyError = AnyLatchkeyError as unknown as abstract new (...of: never) => LatchkeyError;
