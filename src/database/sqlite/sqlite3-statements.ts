import type { Database as SqliteConnection, Statement } from 'sqlite3';
import type { TableNames } from '../table-names.js';

const LONGEST_KEPT = 4000;

/**
 * Runs statements on one connection of the driver `sqlite3`, and keeps those prepared that were run last: to prepare one
 * takes several times as long as to run it.
 */
export class Sqlite3Statements {
  private readonly kept = new Map<string, Promise<Statement>>();

  constructor(
    private readonly connection: SqliteConnection,
    private readonly names: TableNames,
    private readonly mostKept: number,
  ) {}

  async run<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    const isKept = this.mostKept > 0 && sql.length <= LONGEST_KEPT;
    const statement = await (isKept ? this.prepared(sql) : this.prepare(sql));
    try {
      return await all<Row>(statement, parameters);
    } catch (error) {
      // It may have stopped half-way, and would then stay open.
      this.drop(sql);
      throw error;
    } finally {
      if (!isKept) statement.finalize();
    }
  }

  async close(): Promise<void> {
    const ended = [...this.kept.values()];
    for (const sql of this.kept.keys()) this.drop(sql);
    await Promise.allSettled(ended);
  }

  private prepared(sql: string): Promise<Statement> {
    const known = this.kept.get(sql);
    const statement = known ?? this.prepare(sql);
    this.kept.delete(sql);
    this.kept.set(sql, statement);
    if (known) return statement;
    statement.catch(() => this.kept.get(sql) === statement && this.kept.delete(sql));
    const [oldest] = this.kept.keys();
    if (oldest !== undefined && this.kept.size > this.mostKept) this.drop(oldest);
    return statement;
  }

  // The driver never answers what is asked of a statement that it could not prepare, so that is waited for.
  private prepare(sql: string): Promise<Statement> {
    return new Promise((resolve, reject) => {
      const statement = this.connection.prepare(this.names.in(sql), (error: Error | null) => {
        if (error) reject(error);
        else resolve(statement);
      });
    });
  }

  /** What already runs or waits on the statement is answered first. */
  private drop(sql: string): void {
    const statement = this.kept.get(sql);
    this.kept.delete(sql);
    statement?.then(
      (dropped) => dropped.finalize(),
      () => undefined,
    );
  }
}

function all<Row>(statement: Statement, parameters: unknown[]): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    statement.all<Row>(parameters, (error, rows) => (error ? reject(error) : resolve(rows)));
  });
}
