import type { Database } from '../../database/database.js';
import type { PreparedRead } from '../../database/prepared-read.js';
import type { Transaction } from '../../database/transaction.js';
import type { Time } from '../../kernel/time.js';

const READ: PreparedRead = { sql: 'SELECT id, lease_ms AS "leaseMs" FROM latchkey_instances' };

/** A process that may answer from memory. */
export interface ServingProcess {
  id: string;
  leaseMs: number;
}

/** Which process may answer from memory: the only row of the list of instances, on SQLite. */
export class ServingRow {
  constructor(
    private readonly database: Database,
    private readonly time: Time,
  ) {}

  /** @returns whose it was at a moment since this was called; undefined if there is none. */
  async read(): Promise<ServingProcess | undefined> {
    const [row] = await this.database.lookUp<ServingProcess>(READ, []);
    return row;
  }

  async find(transaction: Transaction): Promise<ServingProcess | undefined> {
    const [row] = await transaction.query<ServingProcess>(READ.sql);
    return row;
  }

  /** Makes it the row of this process, in place of any other. */
  async put(transaction: Transaction, { id, leaseMs }: ServingProcess): Promise<void> {
    await transaction.query('DELETE FROM latchkey_instances');
    await transaction.query(
      'INSERT INTO latchkey_instances (id, renewals, lease_ms, started_date) VALUES ($1, 0, $2, $3)',
      [id, leaseMs, new Date(this.time.date()).toISOString()],
    );
  }

  /** Removes it, unless it is another's by now. */
  async remove(id: string): Promise<void> {
    await this.database.transaction((transaction) =>
      transaction.query('DELETE FROM latchkey_instances WHERE id = $1', [id]),
    );
  }
}
