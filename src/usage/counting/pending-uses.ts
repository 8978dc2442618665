import { OTHER_CLIENTS, type UseRow } from './use-counts.js';

/** Rows that are kept apart while the database cannot be written. */
export const MOST_PENDING = 50_000;

/**
 * Uses that are to be written. While they cannot be, rows of the same key, client and minute are put together; beyond a bound,
 * those of one key are: no use is lost, but less is known of it.
 */
export class PendingUses {
  private rows = new Map<string, UseRow>();
  /** By key and secret, a row that takes up what is beyond the bound. */
  private readonly shared = new Map<string, UseRow>();

  constructor(private readonly most = MOST_PENDING) {}

  get size(): number {
    return this.rows.size + this.shared.size;
  }

  add(rows: readonly UseRow[]): void {
    for (const row of rows) this.addOne(row);
  }

  /** Takes out up to `most` rows. */
  take(most: number): UseRow[] {
    const taken: UseRow[] = [];
    for (const rows of [this.rows, this.shared]) {
      for (const [name, row] of rows) {
        if (taken.length === most) return taken;
        taken.push(row);
        rows.delete(name);
      }
    }
    return taken;
  }

  private addOne(row: UseRow): void {
    const name = `${row.keyId} ${row.clientId} ${row.secret} ${row.minute}`;
    const known = this.rows.get(name);
    if (known) merge(known, row);
    else if (this.rows.size < this.most) this.rows.set(name, row);
    else this.addShared(row);
  }

  private addShared(row: UseRow): void {
    const name = `${row.keyId} ${row.secret}`;
    const known = this.shared.get(name);
    if (known) merge(known, row);
    else this.shared.set(name, { ...row, clientId: OTHER_CLIENTS, client: null });
  }
}

/** Adds a row to another, which keeps its minute. */
function merge(into: UseRow, row: UseRow): void {
  into.valid += row.valid;
  into.denied += row.denied;
  into.expired += row.expired;
  into.disabled += row.disabled;
  into.rateLimited += row.rateLimited;
  into.first = Math.min(into.first, row.first);
  into.last = Math.max(into.last, row.last);
  into.isUsed ||= row.isUsed;
  for (const [name, uses] of row.permissions) into.permissions.set(name, (into.permissions.get(name) ?? 0) + uses);
}
