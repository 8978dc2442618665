import type { Change, Facet, History, Verification } from './history.js';

const MOST_FAULTS = 50;

/** What was done and seen, as it happens. */
export class Recorder implements History {
  readonly changes: Change[] = [];
  readonly verifications: Verification[] = [];
  /** Answers that must not be, whatever the state of a key. */
  readonly faults: string[] = [];
  /** Verifications that were answered with 503, or not at all. */
  unanswered = 0;
  /** Commands whose outcome stayed unknown. */
  unknown = 0;
  /** Keys whose deletion was acknowledged. */
  deletions = 0;
  /** Instances that were killed after a deletion had committed and before they answered. */
  deletersKilled = 0;

  /** Notes a change before it is sent: until {@link acknowledged} its outcome is unknown. */
  begun(what: string, { opens = [], closes = [] }: { opens?: readonly Facet[]; closes?: readonly Facet[] }): Change {
    const change: Change = { what, start: performance.now(), end: Infinity, opens, closes };
    this.changes.push(change);
    return change;
  }

  /** Takes back what was noted: it was refused, and nothing was changed. */
  withdraw(change: Change): void {
    change.end = change.start;
    change.opens = change.closes = [];
  }

  blame(fault: string): void {
    if (this.faults.length < MOST_FAULTS) this.faults.push(fault);
  }
}
