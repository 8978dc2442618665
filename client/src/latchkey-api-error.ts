import type { ErrorBody, FieldFault } from './schema.js';

/** Stable names of why a request is refused. Later versions may have more. */
export type ErrorCode = ErrorBody['code'];

/** A request was refused. The message is Latchkey's own, for people; programs decide by `code`. */
export class LatchkeyApiError extends Error {
  override readonly name = 'LatchkeyApiError';
  /** The HTTP status. */
  readonly status: number;
  /** undefined: it was not Latchkey that refused, but something in between. */
  readonly code: ErrorCode | undefined;
  /** Leads to the request in the log and on the trail. */
  readonly requestId: string | undefined;
  /** The fields at fault, if the input was. */
  readonly details: readonly FieldFault[];
  /** After how many seconds to try again; undefined: the answer does not say. */
  readonly retryAfterSeconds: number | undefined;

  /** @param body what was answered: an {@link ErrorBody}, or anything at all from something in between */
  constructor(response: Pick<Response, 'status' | 'headers'>, body: unknown) {
    const refusal = isErrorBody(body) ? body : undefined;
    super(refusal?.message ?? `The answer was ${response.status}, and not one of Latchkey.`);
    const retryAfter = response.headers.get('Retry-After') ?? '';
    this.status = response.status;
    this.code = refusal?.code;
    this.requestId = refusal?.requestId ?? response.headers.get('X-Request-Id') ?? undefined;
    this.details = refusal?.details ?? [];
    this.retryAfterSeconds = /^\d+$/.test(retryAfter) ? Number(retryAfter) : undefined;
  }
}

function isErrorBody(body: unknown): body is ErrorBody {
  const { code, message } = (body ?? {}) as Partial<Record<keyof ErrorBody, unknown>>;
  return typeof code === 'string' && typeof message === 'string';
}
