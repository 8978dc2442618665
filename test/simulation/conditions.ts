import type { Random } from './random.js';
import { TROUBLES, type Trouble } from './troubles.js';
import { LONGEST_LEASE_MS } from './world.js';

/**
 * What one world is like. Each draws its own: what hides a fault in one world, such as one trouble too many or a transaction
 * that is always open somewhere, is missing in another.
 */
export interface Conditions {
  /** Of each instance; 0: it remembers nothing. */
  leasesMs: number[];
  betweenDeletionsMs: number;
  betweenTroublesMs: number;
  troubles: Trouble[];
  /** The share of troubles that the same instance has another one soon after. */
  repeated: number;
  /** After how many a deletion is interrupted: its instance is killed, or refused connections. */
  betweenInterruptionsMs: number;
  /** The share of messages that take up to two leases. */
  late: number;
  /** The share of keys that are deleted a moment after they were made. */
  shortLived: number;
}

export function drawConditions(random: Random): Conditions {
  const leasesMs = Array.from(
    { length: random.oneOf([2, 3]) },
    () => random.oneOf([0.2, 0.2, 0.5, 1]) * LONGEST_LEASE_MS,
  );
  const drawn = TROUBLES.filter(() => random.happens(0.3));
  return {
    leasesMs: [LONGEST_LEASE_MS, ...leasesMs, ...(random.happens(0.5) ? [0] : [])],
    betweenDeletionsMs: random.spread(2, 8),
    betweenTroublesMs: random.spread(100, 1500),
    troubles: drawn.length > 0 ? drawn : [random.oneOf(TROUBLES)],
    repeated: random.oneOf([0, 0.5, 0.8]),
    betweenInterruptionsMs: random.oneOf([Infinity, 3000, 1000]),
    late: random.oneOf([0, 0, 0.0005, 0.004]),
    shortLived: random.oneOf([0.7, 0.2]),
  };
}
