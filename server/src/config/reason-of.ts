interface Failure {
  message?: unknown;
  errors?: unknown;
}

/** Why something failed, in one line for people: without a stack, and with every address that was tried. */
export function reasonOf(error: unknown): string {
  const { errors, message } = (error ?? {}) as Failure;
  // A host name may have several addresses, each of which refuses for itself.
  if (Array.isArray(errors) && errors.length > 0) return errors.map(reasonOf).join('; ');
  return firstLine(typeof message === 'string' && message !== '' ? message : String(error));
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]?.replace(/\.$/, '') ?? '';
}
