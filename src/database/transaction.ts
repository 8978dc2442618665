import type { EntityManager, QueryRunner } from 'typeorm';
import { queryRows } from './query-rows.js';

/** An open transaction. It ends with the callback it was given to; do not keep it. */
export class Transaction {
  constructor(
    private readonly runner: QueryRunner,
    /** For `find` options of rows that are read to be changed: a row lock, or undefined where the store is locked whole. */
    readonly lock: { mode: 'pessimistic_write' } | undefined,
  ) {}

  get manager(): EntityManager {
    return this.runner.manager;
  }

  /**
   * Runs a statement with `$1`, `$2` … parameters, each first mentioned in order, and returns its rows, those of a
   * `RETURNING` included, on both databases.
   */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return queryRows<Row>(this.runner, sql, parameters);
  }
}
