/** Why something failed, in one line for people: without a stack, and with every address that was tried. */
export function reasonOf(error: unknown): string {
  const attempts = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
  return attempts.map((attempt) => firstLine(attempt instanceof Error ? attempt.message : String(attempt))).join('; ');
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
}
