import { Lease, type Moment } from './lease.js';
import type { RevocationMessage } from './messages.js';
import type { Forgotten } from './revocations.js';

/** For how many of the longest leases a revocation is kept, at least. */
export const KEPT_LEASES = 10;
const LONGEST_GAP_LEASES = 5;

type Committed = Pick<RevocationMessage, 'id' | 'forget'>;

/** @returns the statement, without parameters, that keeps a revocation if its transaction commits. */
export function keeping({ id, forget }: Committed): string {
  const values = ['txid_current()', literal(id), literal(JSON.stringify(forget))];
  return `INSERT INTO latchkey_revocations (xid, id, forget) VALUES (${values.join(', ')})`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

// In the order of their numbers transactions begin, not commit: what counts is whether the last reading could see one.
const READ = `
  SELECT txid_current_snapshot()::text AS snapshot,
    COALESCE((SELECT json_agg(json_build_object('id', id, 'forget', forget::json)) FROM latchkey_revocations
      WHERE xid >= txid_snapshot_xmin($1::txid_snapshot) AND NOT txid_visible_in_snapshot(xid, $1::txid_snapshot)
    ), '[]') AS committed`;

const TOO_LATE = 'Revocations were not read for so long that some may be gone.';

interface Reading {
  /** What was committed at that moment: `txid_snapshot` of PostgreSQL, as text. */
  snapshot: string;
  committed: Committed[];
}

/** What has been revoked, read again and again: each revocation in the first reading that begins after its commit. */
export class CommittedRevocations {
  private snapshot: string | null = null;
  private began: Moment | undefined;
  private heard = new Set<string>();

  /** @param query runs a statement by itself, not in a transaction */
  constructor(
    private readonly query: (sql: string, values: unknown[]) => Promise<{ rows: Reading[] }>,
    private readonly leaseMs: number,
  ) {}

  /** Notes one that was forgotten since its commit, so that it need not be again. */
  hear(id: string): void {
    this.heard.add(id);
  }

  /**
   * @returns what was committed since the last reading began, and has not been heard of; nothing the first time.
   * @throws {Error} if that is so long ago that some may have been swept away.
   */
  async read(): Promise<Forgotten[]> {
    const { heard, began } = this;
    this.began = Lease.moment();
    this.heard = new Set();
    const { rows } = await this.query(READ, [this.snapshot]);
    if (began && Lease.since(began) > LONGEST_GAP_LEASES * this.leaseMs) throw new Error(TOO_LATE);
    const [reading] = rows as [Reading];
    this.snapshot = reading.snapshot;
    return reading.committed.filter(({ id }) => !heard.has(id) && !this.heard.has(id)).map(({ forget }) => forget);
  }
}
