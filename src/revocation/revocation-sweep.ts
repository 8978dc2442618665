import type { Time } from '../kernel/time.js';
import { KEPT_LEASES } from './revocation-log.js';
import type { RevocationStore } from './revocation-store.js';

/**
 * Removes revocations that every instance has read: what had been committed so many leases ago has been read by each that
 * did not begin anew since.
 */
export class RevocationSweep {
  /** All transactions before this one had ended by then. */
  private oldestOpen = '0';
  private since = -Infinity;

  constructor(
    private readonly store: Pick<RevocationStore, 'sweep'>,
    private readonly time: Time,
  ) {}

  /**
   * Does nothing if the last time is not long enough ago.
   *
   * @param longestLeaseMs how long any lease of an instance on the list may last, by this instance's clock
   */
  async run(longestLeaseMs: number): Promise<void> {
    if (this.time.monotonic() - this.since < KEPT_LEASES * longestLeaseMs) return;
    this.since = this.time.monotonic();
    this.oldestOpen = await this.store.sweep(this.oldestOpen);
    this.since = this.time.monotonic();
  }
}
