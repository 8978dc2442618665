/** An error for the log: its stack, without the properties that drivers add (a statement's parameters among them). */
export function describeError(error: unknown): string | undefined {
  if (error === undefined) return undefined;
  return error instanceof Error ? (error.stack ?? error.message) : JSON.stringify(error);
}
