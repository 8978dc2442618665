/**
 * What kinds of errors there are, in the terms of the field (gRPC has the same), and the HTTP status that each is answered
 * with. Outside of `http/` nothing else names a status.
 */
export const STATUS_OF_KIND = {
  /** What was sent is wrong, whatever is stored. */
  invalid: 400,
  /** Nobody knows who is calling. */
  unauthenticated: 401,
  /** The caller may not. */
  denied: 403,
  /** There is no such thing for this caller. */
  not_found: 404,
  /** What is stored does not allow it. */
  conflict: 409,
  /** What the request was to be carried out under is missing, or not so. */
  precondition_failed: 412,
  /** Too much at a time. */
  limited: 429,
  /** Latchkey is wrong. */
  fault: 500,
  /** What Latchkey stands on does not answer now. */
  unavailable: 503,
} as const satisfies Record<string, number>;

export type ErrorKind = keyof typeof STATUS_OF_KIND;
