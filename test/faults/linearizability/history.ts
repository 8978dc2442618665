/**
 * One thing that an acceptance depends on, such as `<key>/enabled` or `<role>/roles:view`: open or closed, and open
 * unless a change says otherwise. What two keys depend on alike, a role's permission, is one facet.
 */
export type Facet = string;

/** A command that was sent, and what it makes of facets. Times are of one monotonic clock, in milliseconds. */
export interface Change {
  what: string;
  start: number;
  /** When it was acknowledged. Infinity: nobody knows its outcome, it may take effect at any time from its start on, or never. */
  end: number;
  opens: readonly Facet[];
  closes: readonly Facet[];
}

/** An answer to a verification, and what it says of facets. */
export interface Verification {
  what: string;
  start: number;
  end: number;
  /** All of them are open. */
  open: readonly Facet[];
  /** Of each of these groups at least one is closed. */
  closed: readonly (readonly Facet[])[];
}

/** Everything that was done and seen, in any order. */
export interface History {
  changes: readonly Change[];
  verifications: readonly Verification[];
}
