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

// Two machines' clocks do not run at exactly the same speed; crystals differ by far less than one per cent.
const DRIFT = 1.01;
const MARGIN_MS = 5;

/**
 * Tells from outside when the leases of other instances have run out, by this instance's own clock alone: a lease that
 * was not renewed for its whole length, as seen from here, has ended. No two clocks are ever compared.
 */
export class LeaseWatch {
  private sightings = new Map<string, Sighting>();
  private longest: number;

  /** @param leaseMs the length of this instance's own lease */
  constructor(leaseMs: number) {
    this.longest = leaseMs;
  }

  /** How long any lease can last that was renewed just now, in milliseconds. */
  get longestMs(): number {
    return spanOf(this.longest);
  }

  /** How many instances were there when it was last looked. */
  get size(): number {
    return this.sightings.size;
  }

  /** Notes all instances there are. */
  see(instances: readonly SeenInstance[], now = performance.now()): void {
    const before = this.sightings;
    this.sightings = new Map();
    for (const instance of instances) {
      const known = before.get(instance.id);
      const since = known?.renewals === instance.renewals ? known.since : now;
      this.sightings.set(instance.id, { ...instance, since });
      this.longest = Math.max(this.longest, instance.leaseMs);
    }
  }

  /** For how many milliseconds from now the instance may still answer from memory; 0 when its lease has ended. */
  remainingMs(id: string, now = performance.now()): number {
    const sighting = this.sightings.get(id);
    return sighting ? Math.max(0, sighting.since + spanOf(sighting.leaseMs) - now) : 0;
  }

  /** The instances whose leases have ended. */
  ended(now = performance.now()): SeenInstance[] {
    return [...this.sightings.values()].filter(({ id }) => this.remainingMs(id, now) === 0);
  }
}

function spanOf(leaseMs: number): number {
  return leaseMs * DRIFT + MARGIN_MS;
}
