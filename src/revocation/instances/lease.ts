import type { Time } from '../../kernel/time.js';

/** So many answers at most follow one look at both clocks. */
const MOST_BY_ONE_LOOK = 100;
// Slewing makes a millisecond of the time of day longer than one of the monotonic clock, but never twice as long.
const LAST_MS = 2;

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
  /** The time of day at which both clocks were last seen to allow more than this very millisecond; NaN: they were not. */
  private allowedDate = NaN;
  private answers = 0;

  /** @param milliseconds how long a renewal holds */
  constructor(
    readonly milliseconds: number,
    private readonly time: Time,
  ) {}

  /** Notes the moment. To be called before a renewal is sent, and the result given to {@link renew} once it is done. */
  moment(): Moment {
    return { at: this.time.monotonic(), date: this.time.date() };
  }

  /** The renewal that was sent at this moment has been confirmed. */
  renew({ at, date }: Moment): void {
    this.sentAt = at;
    this.sentDate = date;
    this.allowedDate = NaN;
  }

  end(): void {
    this.sentAt = -Infinity;
    this.allowedDate = NaN;
  }

  /**
   * Asked before each answer, so it looks at one clock where that says what the other would. Whatever holds a process up,
   * a signal or a suspended machine, the time of day goes on: while it shows the millisecond in which both clocks allowed
   * more than a millisecond, no lease can have run out. Somebody may set the time of day back to that very millisecond, or
   * stop it; the number of answers is bounded for that.
   */
  isValid(): boolean {
    const date = this.time.date();
    if (date === this.allowedDate && this.answers < MOST_BY_ONE_LOOK) {
      this.answers += 1;
      return true;
    }
    return this.isValidAt(date);
  }

  private isValidAt(date: number): boolean {
    const left = this.milliseconds - Math.max(this.time.monotonic() - this.sentAt, date - this.sentDate);
    this.allowedDate = left > LAST_MS ? date : NaN;
    this.answers = 0;
    return left > 0;
  }
}

export interface Moment {
  /** On the monotonic clock, in milliseconds. */
  readonly at: number;
  /** The time of day, in milliseconds since 1970. */
  readonly date: number;
}

/** Milliseconds since the moment, by the clock that says more. */
export function since({ at, date }: Moment, time: Time): number {
  return Math.max(time.monotonic() - at, time.date() - date);
}
