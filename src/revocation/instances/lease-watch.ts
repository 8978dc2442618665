import { LONGEST_LEASE_MS } from '../../kernel/lease-length.js';
import type { Time } from '../../kernel/time.js';

/** An instance as its row shows it. */
export interface SeenInstance {
  id: string;
  renewals: number;
  leaseMs: number;
}

interface Sighting extends SeenInstance {
  /** When it was first seen with these renewals, on this instance's monotonic clock. */
  since: number;
}

/**
 * How much faster this instance's clock may run than another's. Time daemons slew a clock by up to 83,333 parts in a
 * million (chrony's default), one ahead and the other back: 1.0833 / 0.9167 = 1.18.
 */
const DRIFT = 1.25;
const MARGIN_MS = 5;

/**
 * Tells from outside when the leases of other instances have run out, by this instance's own clock alone: a lease that
 * was not renewed for its whole length, as seen from here, has ended. No two clocks are ever compared.
 */
export class LeaseWatch {
  private sightings = new Map<string, Sighting>();
  private longest: number;

  /** @param leaseMs the length of this instance's own lease */
  constructor(
    leaseMs: number,
    private readonly time: Time,
  ) {
    this.longest = leaseMs;
  }

  /** How many instances were there at the last look. */
  get size(): number {
    return this.sightings.size;
  }

  /** How long the longest lease that was ever seen can last from its renewal, in milliseconds. */
  get longestMs(): number {
    return spanOf(this.longest);
  }

  /** Notes all instances there are. */
  see(instances: readonly SeenInstance[]): void {
    const before = this.sightings;
    const now = this.time.monotonic();
    this.sightings = new Map();
    for (const instance of instances) {
      const known = before.get(instance.id);
      const since = known?.renewals === instance.renewals ? known.since : now;
      this.sightings.set(instance.id, { ...instance, since });
      this.longest = Math.max(this.longest, instance.leaseMs);
    }
  }

  /** For how many milliseconds from now the instance may still answer from memory; 0 when its lease has ended. */
  remainingMs(id: string): number {
    const sighting = this.sightings.get(id);
    return sighting ? Math.max(0, sighting.since + spanOf(sighting.leaseMs) - this.time.monotonic()) : 0;
  }

  /** The instances whose leases have ended. */
  ended(): SeenInstance[] {
    return [...this.sightings.values()].filter(({ id }) => this.remainingMs(id) === 0);
  }
}

/** For how many milliseconds from now any lease there can be may last, also one that nothing is known of. */
export const LONGEST_SPAN_MS = spanOf(LONGEST_LEASE_MS);

/** For how many milliseconds from now a lease may last that was renewed by now, by a clock that may be slower. */
export function spanOf(leaseMs: number): number {
  return leaseMs * DRIFT + MARGIN_MS;
}
