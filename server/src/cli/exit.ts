import { CommanderError } from 'commander';
import { LatchkeyError } from 'latchkey/internal/kernel/latchkey-error';
import { EnvironmentError } from '../config/environment.js';
import { NoDatabaseError } from '../config/existing-database.js';
import { reasonOf } from '../config/reason-of.js';
import { NotConfirmedError, UnanswerableError } from './confirmation.js';

export const FAILED = 1;
export const USAGE = 2;

/** What a failed program says on stderr, one line for each fault and no stack, and the code it exits with. */
export function failureOf(error: unknown): { lines: string[]; code: number } {
  return { lines: faultsOf(error).map((fault) => `latchkey: ${fault}\n`), code: exitCodeOf(error) };
}

/** The same for scripts: one JSON document, with a code that stays the same whatever the message says. */
export function failureAsJson(error: unknown): { document: string; code: number } {
  const details = error instanceof LatchkeyError ? error.details : undefined;
  const failure = { success: false, code: errorCodeOf(error), message: faultsOf(error).join(' '), details };
  return { document: `${JSON.stringify(failure, null, 2)}\n`, code: exitCodeOf(error) };
}

function faultsOf(error: unknown): readonly string[] {
  if (error instanceof EnvironmentError) return error.faults;
  return [error instanceof CommanderError ? error.message.replace(/^error: /, '') : messageOf(error)];
}

function errorCodeOf(error: unknown): string {
  if (error instanceof LatchkeyError) return error.code;
  if (error instanceof CommanderError) return 'usage.invalid';
  if (error instanceof EnvironmentError) return 'environment.invalid';
  if (error instanceof NoDatabaseError) return 'database.missing';
  if (error instanceof UnanswerableError) return 'confirmation.required';
  return error instanceof NotConfirmedError ? 'confirmation.declined' : 'command.failed';
}

function exitCodeOf(error: unknown): number {
  const isWrongUsage = error instanceof CommanderError || error instanceof UnanswerableError;
  return isWrongUsage || (error instanceof LatchkeyError && error.kind === 'invalid') ? USAGE : FAILED;
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
  if (error instanceof LatchkeyError && error.kind === 'unavailable' && error.cause !== undefined) {
    return `${error.message} (${reasonOf(error.cause)})`;
  }
  return error instanceof LatchkeyError ? error.message : `${reasonOf(error)}.`;
}
