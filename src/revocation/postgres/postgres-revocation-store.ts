import type { Database } from '../../database/database.js';
import { SHOW_DURABILITY, weaknessOf, type Durability } from '../../database/postgres/postgres-durability.js';
import type { Transaction } from '../../database/transaction.js';
import type { SeenInstance } from '../instances/lease-watch.js';
import type { LoggedRevocation } from '../revocation-log.js';
import type { Notice, ReadBack, RevocationStore } from '../revocation-store.js';
import { SELECT_INSTANCES } from './postgres-instance-connection.js';

// The count is asked for so that everybody is told: what nothing reads is not run.
const NOTIFY_AND_LIST = {
  sql: `
    WITH told AS (
      SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message
      WHERE EXISTS (SELECT 1 FROM latchkey_instances WHERE id <> $3)
    )
    ${SELECT_INSTANCES} WHERE (SELECT count(*) FROM told) >= 0`,
};

const READ_BACK = {
  sql: `SELECT (SELECT renewals FROM latchkey_instances WHERE id = $1) AS renewals, ${SHOW_DURABILITY}`,
};

// What can be seen was written by a transaction that had begun by then. One that is numbered higher was another server's, from
// whose dump this database was restored, and would be read at each renewal until this server has come as far.
const SWEEP = `
  WITH swept AS (
    DELETE FROM latchkey_revocations WHERE xid < $1 OR xid >= txid_snapshot_xmax(txid_current_snapshot())
  )
  SELECT txid_snapshot_xmin(txid_current_snapshot())::text AS "oldestOpen"`;

/** The log and the list in PostgreSQL, through the pool of the data source. */
export class PostgresRevocationStore implements RevocationStore {
  constructor(private readonly database: Database) {}

  append(transaction: Transaction, revocation: LoggedRevocation, notice: Notice): Promise<SeenInstance[]> {
    const { text, values } = appending(revocation);
    void transaction.writeLast(text, values);
    return transaction.readAfter<SeenInstance>(NOTIFY_AND_LIST, this.valuesOf(notice));
  }

  notifyAndList(notice: Notice): Promise<SeenInstance[]> {
    return this.database.lookUp<SeenInstance>(NOTIFY_AND_LIST, this.valuesOf(notice));
  }

  async notify(channel: string, message: string): Promise<void> {
    await this.database.query('SELECT pg_notify($1, $2)', [this.database.names.in(channel), message]);
  }

  async readBack(instanceId: string): Promise<ReadBack> {
    const [row] = await this.database.lookUp<{ renewals: number | null } & Durability>(READ_BACK, [instanceId]);
    return { renewals: row?.renewals ?? undefined, weakness: row && weaknessOf(row) };
  }

  async remove(instanceId: string, renewals?: number): Promise<boolean> {
    const unchanged = renewals === undefined ? '' : 'AND renewals = $2';
    const removed = await this.database.query(
      `DELETE FROM latchkey_instances WHERE id = $1 ${unchanged} RETURNING id`,
      renewals === undefined ? [instanceId] : [instanceId, renewals],
    );
    return removed.length > 0;
  }

  async sweep(before: string): Promise<string> {
    const [row] = await this.database.query<{ oldestOpen: string }>(SWEEP, [before]);
    return row?.oldestOpen ?? before;
  }

  private valuesOf({ channel, messages, own }: Notice): unknown[] {
    return [this.database.names.in(channel), messages, own];
  }
}

/** @returns the statement that puts a revocation into the log. */
export function appending({ id, eviction }: LoggedRevocation): { text: string; values: unknown[] } {
  return {
    text: 'INSERT INTO latchkey_revocations (xid, id, eviction) VALUES (txid_current(), $1, $2)',
    values: [id, JSON.stringify(eviction)],
  };
}
