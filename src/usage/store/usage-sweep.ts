import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as pause } from 'node:timers/promises';
import { Clock } from '../../kernel/clock.js';
import { describeError } from '../../kernel/describe-error.js';
import { Database } from '../../database/database.js';
import { StepSize } from '../../workspaces/step-size.js';
import { KEPT_DAYS, MINUTES_KEPT_DAYS } from '../report-period.js';
import { MINUTE } from './usage-count.entity.js';

const EVERY_MS = 60_000;
const PAUSE_MS = 5;
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** What instances had counted of a key when it was deleted is written by then. */
const REMOVED_AFTER_MS = 60_000;
const KEYS_AT_ONCE = 100;
const KEYS_OF_A_SWEEP = 1000;

/** Rows to be deleted. */
interface Outdated {
  table: string;
  key: string;
  /** After `key_id IN (…)`; it has one parameter, `$1`, or none. */
  which: string;
  value?: string | number;
}

const COUNTS = { table: 'latchkey_usage_counts', key: 'key_id, unit, start, client, secret' };
const CLIENTS = { table: 'latchkey_usage_clients', key: 'key_id, client, secret' };
const PERMISSIONS = { table: 'latchkey_usage_permissions', key: 'key_id, client, name' };

/**
 * Deletes what is not kept: minutes after 7 days, of which hours and days remain; everything after 90 days; and all usage of
 * keys that were deleted. A bounded number of keys each minute, in small steps, so that nobody waits long for locks.
 */
@Injectable()
export class UsageSweep implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(UsageSweep.name);
  private readonly stepSize = new StepSize();
  private running: Promise<void> | undefined;
  private isStopping = false;
  private timer: NodeJS.Timeout | undefined;
  /** The last key that was looked at: the next time goes on behind it. */
  private after = '';

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.sweep(), EVERY_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.timer);
    await this.running;
  }

  /** Resolves once some of what is not kept is deleted: all of it, where there are at most 1000 keys. */
  sweep(): Promise<void> {
    this.running ??= this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.removeDeleted();
      await this.removeOld();
      await this.forgetInstances();
    } catch (error) {
      this.logger.warn({ message: 'Usage that is not kept could not be deleted yet.', error: describeError(error) });
    }
  }

  private async removeDeleted(): Promise<void> {
    const until = new Date(this.clock.time() - REMOVED_AFTER_MS).toISOString();
    const marked = await this.database.query<{ id: string }>(
      `SELECT key_id AS id FROM latchkey_usage_removals WHERE deleted_date < $1 ORDER BY key_id LIMIT ${KEYS_AT_ONCE}`,
      [until],
    );
    if (marked.length === 0) return;
    const ids = marked.map(({ id }) => id);
    for (const table of [COUNTS, PERMISSIONS, CLIENTS]) await this.deleteAll(ids, { ...table, which: '' });
    if (this.isStopping) return;
    const places = placesOf(ids, 0);
    await this.database.transaction(async (transaction) => {
      await transaction.query(`DELETE FROM latchkey_usage_keys WHERE key_id IN (${places})`, ids);
      await transaction.query(`DELETE FROM latchkey_usage_removals WHERE key_id IN (${places})`, ids);
    });
  }

  private async removeOld(): Promise<void> {
    for (let keys = 0; keys < KEYS_OF_A_SWEEP && !this.isStopping; keys += KEYS_AT_ONCE) {
      const some = await this.database.query<{ id: string }>(
        `SELECT key_id AS id FROM latchkey_usage_keys WHERE key_id > $1 ORDER BY key_id LIMIT ${KEYS_AT_ONCE}`,
        [this.after],
      );
      const ids = some.map(({ id }) => id);
      for (const outdated of this.outdated()) await this.deleteAll(ids, outdated);
      this.after = ids.at(-1) ?? '';
      if (ids.length < KEYS_AT_ONCE) {
        this.after = '';
        return;
      }
    }
  }

  private outdated(): Outdated[] {
    const minuteBefore = (days: number): number => Math.floor((this.clock.time() - days * DAY_MS) / MINUTE_MS);
    const date = new Date(this.clock.time() - KEPT_DAYS * DAY_MS).toISOString();
    // A day, until all of it is too old.
    const oldest = minuteBefore(KEPT_DAYS + 1);
    return [
      { ...COUNTS, which: `AND unit = ${MINUTE} AND start < $1`, value: minuteBefore(MINUTES_KEPT_DAYS) },
      { ...COUNTS, which: `AND start < $1`, value: oldest },
      { ...PERMISSIONS, which: `AND last_used_date < $1`, value: date },
      { ...CLIENTS, which: `AND last_seen_date < $1`, value: date },
    ];
  }

  private async deleteAll(ids: readonly string[], { table, key, which, value }: Outdated): Promise<void> {
    if (ids.length === 0) return;
    const values = value === undefined ? [] : [value];
    // Parameters are numbered in the order in which they stand.
    const condition = `key_id IN (${placesOf(ids, 0)}) ${which.replace('$1', `$${ids.length + 1}`)}`;
    while (!this.isStopping) {
      const most = this.stepSize.rows;
      const beginning = performance.now();
      const deleted = await this.database.transaction((transaction) =>
        transaction.query(
          `DELETE FROM ${table} WHERE (${key}) IN (
             SELECT ${key} FROM ${table} WHERE ${condition} LIMIT $${ids.length + values.length + 1}
             ${transaction.lock ? 'FOR UPDATE SKIP LOCKED' : ''}
           ) RETURNING key_id`,
          [...ids, ...values, most],
        ),
      );
      if (deleted.length < most) return;
      this.stepSize.adapt(performance.now() - beginning);
      await pause(PAUSE_MS);
    }
  }

  private async forgetInstances(): Promise<void> {
    const date = new Date(this.clock.time() - KEPT_DAYS * DAY_MS).toISOString();
    const old = 'FROM latchkey_usage_instances WHERE ended_date < $1';
    const [found] = await this.database.query(`SELECT id ${old} LIMIT 1`, [date]);
    if (found) await this.database.transaction((transaction) => transaction.query(`DELETE ${old}`, [date]));
  }
}

function placesOf(values: readonly unknown[], before: number): string {
  return values.map((_, at) => `$${before + at + 1}`).join(', ');
}
