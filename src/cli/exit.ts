import { LatchkeyError } from '../common/latchkey-error.js';
import { EnvironmentError } from '../config/environment.js';
import { reasonOf } from '../config/reason-of.js';
import { UnanswerableError } from './confirmation.js';

export const FAILED = 1;
export const USAGE = 2;

/** What a failed program says on stderr, one line for each fault and no stack, and the code it exits with. */
export function failureOf(error: unknown): { lines: string[]; code: number } {
  const faults = error instanceof EnvironmentError ? error.faults : [messageOf(error)];
  return { lines: faults.map((fault) => `latchkey: ${fault}\n`), code: isWrongUsage(error) ? USAGE : FAILED };
}

function isWrongUsage(error: unknown): boolean {
  return error instanceof UnanswerableError || (error instanceof LatchkeyError && error.getStatus() === 400);
}

/** Tells whether a write failed because nobody reads any more. */
export function isClosedPipe(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'EPIPE';
}

/** Ends a program that failed, whatever else it still has open. */
export function exitWith(error: unknown): never {
  const { lines, code } = failureOf(error);
  process.stderr.write(lines.join(''));
  process.exit(code);
}

/**
 * What went wrong, in one line for whoever sits at the machine: they may, and need to, know what it was underneath;
 * callers of the API never do.
 */
export function messageOf(error: unknown): string {
  if (error instanceof LatchkeyError && error.getStatus() === 503 && error.cause !== undefined) {
    return `${error.message} (${reasonOf(error.cause)})`;
  }
  return error instanceof LatchkeyError ? error.message : `${reasonOf(error)}.`;
}
