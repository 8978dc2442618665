import { EnvironmentError } from '../config/environment.js';

const FAILED = 1;

/** Ends a program that failed: one line for each fault on stderr, without a stack, and exit code 1. */
export function exitWith(error: unknown): never {
  const lines =
    error instanceof EnvironmentError ? error.faults : [error instanceof Error ? error.message : String(error)];
  for (const line of lines) process.stderr.write(`latchkey: ${line}\n`);
  process.exit(FAILED);
}
