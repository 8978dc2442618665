/**
 * The time for which this instance may answer from memory, by its own clocks. Counted from before a renewal was sent, so
 * that it never outlasts what another instance allows for it.
 *
 * The monotonic clock decides. A suspended machine may stop it, but not the time of day: that ends a lease too when it
 * leaps ahead.
 */
export class Lease {
  private sentAt = -Infinity;
  private sentDate = 0;

  /** @param milliseconds how long a renewal holds */
  constructor(readonly milliseconds: number) {}

  /** Notes the moment. To be called before a renewal is sent, and the result given to {@link renew} once it is done. */
  static moment(): Moment {
    return { at: performance.now(), date: Date.now() };
  }

  /** The renewal that was sent at this moment has been confirmed. */
  renew({ at, date }: Moment): void {
    this.sentAt = at;
    this.sentDate = date;
  }

  end(): void {
    this.sentAt = -Infinity;
  }

  isValid(): boolean {
    return performance.now() - this.sentAt < this.milliseconds && Date.now() - this.sentDate < this.milliseconds;
  }
}

export interface Moment {
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
  /** The time of day, in milliseconds since 1970. */
  readonly date: number;
}
