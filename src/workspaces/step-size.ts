/** How long the deletions of a step may take, about half of the time that it holds up others. */
const STEP_MS = 20;
const FIRST = 20;
const MOST = 500;

/** How many rows the next step deletes: as many as the last one says can be deleted in 20 ms. */
export class StepSize {
  private size = FIRST;

  /** From 1 to 500. */
  get rows(): number {
    return this.size;
  }

  /** Takes half as many rows after a step of 40 ms, and at most twice as many after a quick one. */
  adapt(tookMs: number): void {
    const next = Math.floor((this.size * STEP_MS) / Math.max(tookMs, 1));
    this.size = Math.max(1, Math.min(next, 2 * this.size, MOST));
  }
}
