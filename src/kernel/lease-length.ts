const SHORTEST_LEASE_MS = 100;

/** The longest lease that an instance may be given, in milliseconds. Others wait that long for one they know nothing of. */
export const LONGEST_LEASE_MS = 60_000;

/** Tells whether a lease may be this long: shorter ones would run out between two renewals. */
export function isLeaseMs(milliseconds: number): boolean {
  return Number.isInteger(milliseconds) && milliseconds >= SHORTEST_LEASE_MS && milliseconds <= LONGEST_LEASE_MS;
}
