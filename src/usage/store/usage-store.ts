import { Inject, Injectable } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { DATA_SOURCE } from '../../database/data-source.token.js';
import { writeLastUses, type LastUse } from '../../api-keys/look-up/last-uses.js';
import { Clock } from '../../kernel/clock.js';
import { newId } from '../../kernel/ids.js';
import { Database } from '../../database/database.js';
import type { Transaction } from '../../database/transaction.js';
import type { UseRow } from '../counting/use-counts.js';
import { BEGIN, BE_QUIET, END, FIND_ENDED, NOTE_BATCH, type InstanceStatement } from './instances.sql.js';
import { ADD_CLIENTS, ADD_COUNTS, ADD_KEYS, ADD_PERMISSIONS, ALL_CLIENTS, type AddRows } from './additions.sql.js';

/** Writes counts of uses to the database. */
@Injectable()
export class UsageStore {
  /** This instance, among those that count. */
  readonly id = newId();
  private isListed = false;
  /** Whether several instances count. */
  private readonly isShared: boolean;

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    @Inject(DATA_SOURCE) dataSource: DataSource,
  ) {
    this.isShared = dataSource.options.type === 'postgres';
  }

  /** Notes that this instance counts from now on. On SQLite, where one process serves, all others have ended. */
  async begin(): Promise<void> {
    await this.database.transaction(async (transaction) => {
      await this.run(transaction, FIND_ENDED, [this.id]);
      await this.run(transaction, BEGIN, [this.id]);
    });
    this.isListed = true;
  }

  /** Notes that this instance has nothing left to write. */
  async end(): Promise<void> {
    if (!this.isListed) return;
    await this.database.transaction((transaction) => transaction.query(END, [this.id]));
    this.isListed = false;
  }

  /** Notes, where several instances count, that this one has nothing to write; and which have ended without a word. */
  async beQuiet(collectedAt: number): Promise<void> {
    if (!this.isListed || !this.isShared) return;
    await this.database.transaction(async (transaction) => {
      await this.run(transaction, BE_QUIET, [this.id], collectedAt);
      await this.run(transaction, FIND_ENDED, [this.id]);
    });
  }

  /**
   * Writes a batch, once: a batch of a number that is written already changes nothing.
   *
   * @param collectedAt if nothing that was counted before is left to be written: when that was, by `performance.now()`
   * @returns the last uses of keys that others are changing: to be written later
   */
  async write(number: number, rows: readonly UseRow[], collectedAt: number | null): Promise<readonly LastUse[]> {
    // Known before it is done: it may be though it is not known.
    this.isListed = true;
    return this.database.transaction(async (transaction) => {
      const statement = NOTE_BATCH[collectedAt === null ? 'some' : 'all'];
      const noted = await this.run(transaction, statement, [this.id, number], collectedAt ?? undefined);
      if (noted.length > 0) await add(transaction, rows);
      return writeUses(transaction, lastUsesIn(rows));
    });
  }

  /** @returns those of keys that others are changing. */
  writeLastUses(uses: readonly LastUse[]): Promise<readonly LastUse[]> {
    return this.database.transaction((transaction) => writeUses(transaction, uses));
  }

  /** By the clock of the database, where that is another machine's. */
  private run(
    transaction: Transaction,
    statement: InstanceStatement,
    parameters: readonly unknown[],
    collectedAt?: number,
  ): Promise<unknown[]> {
    const ageMs = collectedAt === undefined ? 0 : performance.now() - collectedAt;
    return transaction.dialect === 'postgres'
      ? transaction.query(statement.postgres, [Math.ceil(ageMs), ...parameters])
      : transaction.query(statement.sqlite, [new Date(this.clock.time() - ageMs).toISOString(), ...parameters]);
  }
}

async function add(transaction: Transaction, rows: readonly UseRow[]): Promise<void> {
  const dateOf = (milliseconds: number): string => new Date(milliseconds).toISOString();
  const usesOf = (row: UseRow): number => row.valid + row.denied + row.expired + row.disabled + row.rateLimited;
  // The keys first, and each in the order of its primary key: instances that write the same rows wait for each other, and
  // never two for one another.
  await insert(
    transaction,
    ADD_KEYS,
    rows.map((row) => [row.keyId, usesOf(row), dateOf(row.first)]),
  );
  await insert(
    transaction,
    ADD_CLIENTS,
    rows.map((row) => [
      row.keyId,
      row.clientId,
      row.secret,
      row.client?.application ?? null,
      row.client?.ip ?? null,
      row.client?.userAgent ?? null,
      dateOf(row.first),
      dateOf(row.last),
    ]),
  );
  await insert(
    transaction,
    ADD_COUNTS,
    rows.map((row) => [
      row.keyId,
      row.minute,
      row.clientId,
      row.secret,
      row.valid,
      row.denied,
      row.expired,
      row.disabled,
      row.rateLimited,
    ]),
  );
  await insert(
    transaction,
    ADD_PERMISSIONS,
    rows.flatMap(({ keyId, clientId, first, last, permissions }) =>
      [...permissions].flatMap(([name, uses]) =>
        [ALL_CLIENTS, clientId].map((client) => [keyId, client, name, uses, dateOf(first), dateOf(last)]),
      ),
    ),
  );
}

async function insert(transaction: Transaction, { sqlite, postgres }: AddRows, rows: unknown[][]): Promise<void> {
  if (rows.length === 0) return;
  await transaction.query(transaction.dialect === 'postgres' ? postgres : sqlite, [JSON.stringify(rows)]);
}

function lastUsesIn(rows: readonly UseRow[]): LastUse[] {
  const last = new Map<string, number>();
  for (const row of rows) if (row.isUsed) last.set(row.keyId, Math.max(row.last, last.get(row.keyId) ?? 0));
  return [...last].map(([id, date]) => [id, new Date(date).toISOString()] as const);
}

const LAST_USES_AT_ONCE = 500;

async function writeUses(transaction: Transaction, uses: readonly LastUse[]): Promise<LastUse[]> {
  const sorted = [...uses].sort(([one], [other]) => (one < other ? -1 : 1));
  const skipped: LastUse[] = [];
  for (let at = 0; at < sorted.length; at += LAST_USES_AT_ONCE) {
    const some = sorted.slice(at, at + LAST_USES_AT_ONCE);
    const left = await writeLastUses(transaction, some);
    skipped.push(...some.filter(([id]) => left.has(id)));
  }
  return skipped;
}
