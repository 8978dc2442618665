import type { EntityManager } from 'typeorm';
import type { Clock } from '../kernel/clock.js';
import { queueToChange, queueToShare } from '../database/fair-locks.js';
import type { JoinedTransaction, Transaction } from '../database/transaction.js';
import type { Actor } from './actor.js';
import type { DomainEvent } from './domain-event.js';
import type { Revocation } from './revocation.js';

/** Who did something, and when. */
export interface Attribution {
  readonly actor: Actor;
  readonly date: Date;
}

/** One command in progress: its transaction, who acts, and what has happened so far. */
export class Work {
  readonly events: DomainEvent[] = [];
  private fixed: Date | undefined;
  private readonly attributions = new Map<DomainEvent, Attribution>();

  constructor(
    readonly actor: Actor,
    private readonly clock: Clock,
    private readonly transaction: JoinedTransaction,
    private readonly revocations: Revocation[] = [],
  ) {}

  /**
   * When it happened: the moment at which this is first asked for, and always the same. To be asked for once what is changed
   * is locked: then the dates of changes that waited for each other are in the order in which they were made.
   */
  get date(): Date {
    return (this.fixed ??= this.clock.now());
  }

  /** This moment, for what is looked at before. */
  now(): Date {
    return this.clock.now();
  }

  get manager(): EntityManager {
    return this.transaction.manager;
  }

  /** Runs a statement in this transaction. See {@link Transaction.query}. */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.transaction.query<Row>(sql, parameters);
  }

  /** Writes what nothing else of this transaction reads. See {@link Transaction.writeLast}. */
  writeLast(sql: string, parameters?: unknown[]): Promise<void> {
    return this.transaction.writeLast(sql, parameters);
  }

  get dialect(): Transaction['dialect'] {
    return this.transaction.dialect;
  }

  /** The lock mode for rows that are read to be changed: a row lock where the store has them. */
  get lock(): Transaction['lock'] {
    return this.transaction.lock;
  }

  /** For the end of a `SELECT` of rows that must not change until the commit; empty where the store is locked whole. */
  get shareLock(): '' | 'FOR SHARE' {
    return this.lock ? 'FOR SHARE' : '';
  }

  /**
   * Queues, where the store has row locks, for the rows of one thing: ahead of all who come later, and behind those who
   * share it. To be called before its row is locked to be changed.
   *
   * @param id of a key or role, or {@link memberQueue} of a member
   */
  async queueToChange(id: string): Promise<void> {
    if (this.lock) await this.query(`SELECT ${queueToChange('$1')}`, [id]);
  }

  /** As {@link queueToChange}, for rows that are to stay as they are until the commit. */
  async queueToShare(ids: readonly string[]): Promise<void> {
    if (!this.lock || ids.length === 0) return;
    await this.query(`SELECT ${ids.map((_, at) => queueToShare(`$${at + 1}`)).join(', ')}`, [...ids]);
  }

  /**
   * Adds to what has happened. Nothing is written yet: handlers run once the command is done, before the commit.
   *
   * @param by whose event it is, if it is not one of this command's own
   */
  record(event: DomainEvent, by?: Attribution): void {
    this.events.push(event);
    if (by) this.attributions.set(event, by);
  }

  /** Who did what an event tells of, and when. */
  attributionOf(event: DomainEvent): Attribution {
    return this.attributions.get(event) ?? this;
  }

  /**
   * Says what no instance may answer from memory any more, once this work is done or refused. To be called first by
   * every command that changes what a key is or may do: it may find that made already, by somebody who ended before
   * every instance knew.
   */
  revoke(revocation: Revocation): void {
    this.revocations.push(revocation);
  }
}
