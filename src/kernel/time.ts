/** The clocks and timers of a process: one seam, so that a simulation can drive whatever depends on time. */
export interface Time {
  /** The monotonic clock, in milliseconds with fractions. */
  monotonic(): number;

  /** The time of day, in milliseconds since 1970. */
  date(): number;

  /**
   * Calls the action once, after so many milliseconds of the monotonic clock.
   *
   * @param hold whether the process stays alive for it
   * @returns cancels it; does nothing once the action was called.
   */
  after(milliseconds: number, action: () => void, hold: 'process' | 'nothing'): () => void;
}

/** The real ones. */
export const SYSTEM_TIME: Time = {
  monotonic: () => performance.now(),
  date: () => Date.now(),
  after: (milliseconds, action, hold) => {
    const timer = setTimeout(action, milliseconds);
    if (hold === 'nothing') timer.unref();
    return () => clearTimeout(timer);
  },
};
