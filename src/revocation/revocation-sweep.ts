import type { Database } from '../database/database.js';
import { KEPT_LEASES } from './committed-revocations.js';

const SWEEP = `
  WITH swept AS (DELETE FROM latchkey_revocations WHERE xid < $1)
  SELECT txid_snapshot_xmin(txid_current_snapshot())::text AS "oldestOpen"`;

/**
 * Removes revocations that nobody need read any more: what had been committed so many leases ago has been read by every
 * instance that did not begin anew since.
 */
export class RevocationSweep {
  /** All transactions before this one had ended by then. */
  private oldestOpen = '0';
  private since = -Infinity;

  constructor(private readonly database: Pick<Database, 'query'>) {}

  /**
   * Does nothing if the last time is not long enough ago.
   *
   * @param longestLeaseMs how long any lease of an instance on the list may last, by this instance's clock
   */
  async run(longestLeaseMs: number): Promise<void> {
    if (performance.now() - this.since < KEPT_LEASES * longestLeaseMs) return;
    this.since = performance.now();
    const [row] = await this.database.query<{ oldestOpen: string }>(SWEEP, [this.oldestOpen]);
    if (!row) return;
    this.oldestOpen = row.oldestOpen;
    this.since = performance.now();
  }
}
