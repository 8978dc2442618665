import type { Time } from '../kernel/time.js';
import { since, type Moment } from './instances/lease.js';
import type { RevocationMessage } from './instances/messages.js';
import type { Eviction } from './revocations.js';

/** For how many of the longest leases a revocation is kept, at least. */
export const KEPT_LEASES = 10;
const LONGEST_GAP_LEASES = 5;

export type LoggedRevocation = Pick<RevocationMessage, 'id' | 'eviction'>;

/** What was in the log at one moment. */
export interface Reading {
  /** Which transactions had committed: `txid_snapshot` of PostgreSQL, as text. */
  snapshot: string;
  /** What the snapshot before could not see. */
  committed: LoggedRevocation[];
}

const TOO_LATE = 'Revocations were not read for so long that some may be gone.';

/** The log of revocations as one instance reads it: each one in the first reading that begins after its commit. */
export class RevocationLog {
  private snapshot: string | null = null;
  private began: Moment | undefined;
  private heard = new Set<string>();

  /** @param readLog gives what was committed since the snapshot; nothing if that is null */
  constructor(
    private readonly readLog: (snapshot: string | null) => Promise<Reading>,
    private readonly leaseMs: number,
    private readonly time: Time,
  ) {}

  /** Notes one that was evicted since its commit, so that it need not be again. */
  hear(id: string): void {
    this.heard.add(id);
  }

  /**
   * @returns what was committed since the last reading began, and has not been heard of; nothing the first time.
   * @throws {Error} if that is so long ago that some may have been swept away.
   */
  async read(): Promise<Eviction[]> {
    const { heard, began } = this;
    this.began = { at: this.time.monotonic(), date: this.time.date() };
    this.heard = new Set();
    const reading = await this.readLog(this.snapshot);
    if (began && since(began, this.time) > LONGEST_GAP_LEASES * this.leaseMs) throw new Error(TOO_LATE);
    this.snapshot = reading.snapshot;
    return reading.committed.filter(({ id }) => !heard.has(id) && !this.heard.has(id)).map(({ eviction }) => eviction);
  }
}
