/** What a use of a limit came to. */
export interface LimitUse {
  isTaken: boolean;
  /** How much of the limit the running window has used. */
  used: number;
  /** Milliseconds until the running window ends. */
  endsInMs: number;
}

interface RunningWindow {
  used: number;
  endsAt: number;
}

const FEWEST_TO_SWEEP = 1000;

/**
 * The running window of each key, in memory. A window begins with the first use after the last one ended, and keeps its
 * count and its end whatever becomes of the limit. Holds at most twice the windows that are running: one that ended is
 * dropped, one that runs never is.
 */
export class RateLimitWindows {
  private readonly windows = new Map<string, RunningWindow>();
  private sweepAt = FEWEST_TO_SWEEP;

  get size(): number {
    return this.windows.size;
  }

  /**
   * Takes `cost` of what is left, or nothing if that is more.
   *
   * @param now milliseconds of a clock that never goes back
   */
  take(
    keyId: string,
    { limit, windowMs, cost }: { limit: number; windowMs: number; cost: number },
    now: number,
  ): LimitUse {
    const window = this.running(keyId, now);
    if (window) {
      const isTaken = window.used + cost <= limit;
      if (isTaken) window.used += cost;
      return { isTaken, used: window.used, endsInMs: window.endsAt - now };
    }
    const isTaken = cost <= limit;
    if (isTaken) this.begin(keyId, { used: cost, endsAt: now + windowMs }, now);
    return { isTaken, used: isTaken ? cost : 0, endsInMs: windowMs };
  }

  /** The refusal of a use that the running window certainly has no room for. */
  refusalOf(keyId: string, { limit, cost }: { limit: number; cost: number }, now: number): LimitUse | undefined {
    const window = this.running(keyId, now);
    if (!window || window.used + cost <= limit) return undefined;
    return { isTaken: false, used: window.used, endsInMs: window.endsAt - now };
  }

  /** Notes what is known of a window that is counted elsewhere: within one window its count never shrinks. */
  note(keyId: string, used: number, endsAt: number, now: number): void {
    if (endsAt <= now) return;
    const window = this.running(keyId, now);
    if (window) window.used = Math.max(window.used, used);
    else this.begin(keyId, { used, endsAt }, now);
  }

  private running(keyId: string, now: number): RunningWindow | undefined {
    const window = this.windows.get(keyId);
    return window && now < window.endsAt ? window : undefined;
  }

  private begin(keyId: string, window: RunningWindow, now: number): void {
    this.windows.set(keyId, window);
    if (this.windows.size < this.sweepAt) return;
    for (const [id, { endsAt }] of this.windows) if (endsAt <= now) this.windows.delete(id);
    this.sweepAt = Math.max(FEWEST_TO_SWEEP, 2 * this.windows.size);
  }
}
