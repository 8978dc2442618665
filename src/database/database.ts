import type { EntityManager, QueryRunner } from 'typeorm';
import type { TableNames } from './table-names.js';
import type { PreparedRead } from './prepared-read.js';
import type { JoinedTransaction, Transaction } from './transaction.js';

export interface TransactionOptions {
  /** When it began to wait for its turn, by `performance.now()`: from then on is counted how long it waits for others. */
  since?: number;
  /** Where the store has row locks: what it queues for as it begins, alone or with others who share it. */
  queue?: { id: string; alone: boolean };
  /** A row without which nothing is done, and what is thrown then: looked for as it begins, once it has queued. */
  lookFor?: { table: string; id: string; orElse: () => Error };
}

export interface Reads {
  /**
   * Runs reads, each of which sees every commit made before it began. The callback does nothing but read.
   *
   * @throws {StoreUnavailableError} if the store cannot answer.
   */
  read<T>(reads: (manager: EntityManager) => Promise<T>): Promise<T>;

  /**
   * Runs one read of plain rows, with `$1`, `$2` … parameters. Cheaper than entities.
   *
   * @throws {StoreUnavailableError} if the store cannot answer.
   */
  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;
}

/** Whose reads are nobody else's: what an instance asks for itself. */
const OWN = '';

/** The one way to the store for everything of ours. Reads and transactions never share a connection on SQLite. */
export abstract class Database implements Reads {
  /** What the tables are called. Statements that are run through here say `latchkey_…` whatever it is. */
  abstract readonly names: TableNames;

  /** How many statements with look-ups are best run at a time: more would not be answered sooner, and would hold up all else. */
  abstract readonly lookUpsAtOnce: number;

  /** How many changes are best run at a time: more would not be made sooner, and would leave no room for all else. */
  abstract readonly changesAtOnce: number;

  /** How many uses are best counted at a time for rate limits that instances share. */
  abstract readonly countsAtOnce: number;

  /** How many searches are best run at a time: fewer than would hold up look-ups. */
  abstract readonly searchesAtOnce: number;

  /** The reads of one workspace, or whoever else may ask for much: they wait for each other, and others take turns with them. */
  abstract readsOf(lane: string): Reads;

  read<T>(reads: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.readsOf(OWN).read(reads);
  }

  query<Row>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    return this.readsOf(OWN).query(sql, parameters);
  }

  /**
   * As {@link query}, for a read that may take long: no look-up waits for it. To be run {@link searchesAtOnce} at a time.
   *
   * @throws {StoreUnavailableError} if the store cannot answer.
   */
  abstract search<Row>(sql: string, parameters?: unknown[]): Promise<Row[]>;

  /**
   * Runs one prepared read of plain rows. A store that does not answer soon is given up: whoever asks is waiting.
   *
   * @throws {StoreUnavailableError} if the store cannot answer.
   */
  abstract lookUp<Row>(read: PreparedRead, parameters: unknown[]): Promise<Row[]>;

  /**
   * Runs the callback in one transaction and commits it, durably, or rolls back what it did and throws its error.
   * Transactions do not nest.
   *
   * The callback may be run again from its beginning, in a new transaction, if the connection has lost what was prepared
   * on it: it changes nothing but what is in the transaction.
   *
   * @throws {StoreUnavailableError} if the store refuses or cannot be reached.
   */
  abstract transaction<T>(body: (transaction: Transaction) => Promise<T>, options?: TransactionOptions): Promise<T>;

  /** The transaction that a host has begun on a runner of its own, and will end itself. */
  abstract join(runner: QueryRunner): Promise<JoinedTransaction>;

  /** @throws {StoreUnavailableError} if the store that is open is no longer the one that will be opened next. */
  abstract assertInPlace(): void;

  /** Closes the connections that are ours; a host's stay open. */
  abstract close(): Promise<void>;
}
