const MOST_FAULTS = 20;

/** The first 20 faults, and how many more there are: thousands fit into a request, but not into an answer and a record. */
export function firstFaults(faults: readonly string[], kind: string): string[] {
  if (faults.length <= MOST_FAULTS) return [...faults];
  return [...faults.slice(0, MOST_FAULTS), `${faults.length - MOST_FAULTS} more ${kind}.`];
}
