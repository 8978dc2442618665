import type { TableNames } from '../table-names.js';

/** What is needed of a connection of the driver `better-sqlite3`. */
export interface BetterSqlite3Connection {
  prepare(sql: string): BetterSqlite3Statement;
}

interface BetterSqlite3Statement {
  /** Whether it returns rows. */
  reader: boolean;
  all(...parameters: unknown[]): unknown[];
  run(...parameters: unknown[]): unknown;
}

/** Runs statements on one connection of the driver `better-sqlite3`, and keeps those prepared that were run last. */
export class BetterSqlite3Statements {
  private readonly kept = new Map<string, BetterSqlite3Statement>();

  constructor(
    private readonly connection: BetterSqlite3Connection,
    private readonly names: TableNames,
    private readonly mostKept: number,
  ) {}

  // The driver answers at once, and throws; who asks expects a promise.
  run<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return new Promise((resolve) => resolve(this.execute<Row>(sql, parameters)));
  }

  private execute<Row>(sql: string, parameters: unknown[]): Row[] {
    const statement = this.prepared(sql);
    const bound = parameters.length > 0 ? [named(parameters)] : [];
    if (statement.reader) return statement.all(...bound) as Row[];
    statement.run(...bound);
    return [];
  }

  close(): Promise<void> {
    this.kept.clear();
    return Promise.resolve();
  }

  private prepared(sql: string): BetterSqlite3Statement {
    const statement = this.kept.get(sql) ?? this.connection.prepare(this.names.in(sql));
    this.kept.delete(sql);
    this.kept.set(sql, statement);
    const [oldest] = this.kept.keys();
    if (oldest !== undefined && this.kept.size > this.mostKept) this.kept.delete(oldest);
    return statement;
  }
}

/** `$1` is a name to this driver, and it takes no booleans. */
function named(parameters: readonly unknown[]): Record<string, unknown> {
  return Object.fromEntries(
    parameters.map((value, at) => [at + 1, typeof value === 'boolean' ? Number(value) : value]),
  );
}
