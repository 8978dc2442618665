import type { Database } from '../database/database.js';

const SWEEP = `
  WITH swept AS (DELETE FROM latchkey_revocations WHERE xid < $1)
  SELECT txid_snapshot_xmin(txid_current_snapshot())::text AS "oldestOpen"`;

/**
 * Removes revocations that nobody need read any more. An instance reads what was committed before a lease of its ends, or
 * begins anew: so what had been committed a longest lease ago has been read by all.
 */
export class RevocationSweep {
  /** All transactions before this one had ended by then. */
  private oldestOpen = '0';
  private since = -Infinity;

  constructor(private readonly database: Pick<Database, 'query'>) {}

  /**
   * Does nothing if the last time is less than that ago.
   *
   * @param longestMs how long any lease of an instance on the list may last, by this instance's clock
   */
  async run(longestMs: number): Promise<void> {
    if (performance.now() - this.since < longestMs) return;
    this.since = performance.now();
    const [row] = await this.database.query<{ oldestOpen: string }>(SWEEP, [this.oldestOpen]);
    if (!row) return;
    this.oldestOpen = row.oldestOpen;
    this.since = performance.now();
  }
}
