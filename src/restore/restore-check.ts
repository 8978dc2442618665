import {
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { resolve, sep } from 'node:path';
import type { DataSource } from 'typeorm';
import { Principal } from '../identity/principal.js';
import { describeError } from '../kernel/describe-error.js';
import { newId } from '../kernel/ids.js';
import { StoreUnavailableError } from '../database/errors.js';
import { DATA_SOURCE } from '../database/data-source.token.js';
import { Database } from '../database/database.js';
import { oneNameOf } from '../database/sqlite/sqlite-file.js';
import { isSqlite } from '../database/sqlite/sqlite-options.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import { LATCHKEY_OPTIONS, type LatchkeyOptions } from '../latchkey.options.js';
import { LogRestored, type Lag } from './events.js';
import { DamagedMarkError, HighWaterMark } from './high-water-mark.js';
import { StoredRecords } from './stored-records.js';

const SYSTEM = Principal.system('latchkey');

interface Identity {
  id: string;
  isNew: boolean;
}

/** The database lacks what was acknowledged. */
export class RestoredDatabaseError extends Error {
  constructor(path: string, { missing, firstDate, lastDate }: Lag) {
    super(
      `The database is older than what was last acknowledged, so it would accept keys that were deleted since: ${path} names ` +
        `${missing} records, of ${firstDate} to ${lastDate}, that the database does not have. Serve the latest database; or, after ` +
        'latchkey restore reconcile --trail <export of the trail>, start once with latchkey serve --accept-restored ' +
        '(hosts: the option restored)',
    );
  }
}

/**
 * Notices a restored backup: notes outside of the database which records were acknowledged last, and looks for them in it at
 * the start. The trail is never written over, so a database without them is older, or another branch of its history.
 */
@Injectable()
export class RestoreCheck implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(RestoreCheck.name);
  private mark: HighWaterMark | undefined;
  private accepted: { mark: HighWaterMark; databaseId: string; lag: Lag } | undefined;

  constructor(
    @Inject(DATA_SOURCE) private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly records: StoredRecords,
    @Inject(LATCHKEY_OPTIONS) private readonly options: LatchkeyOptions,
  ) {
    unitOfWork.onCommit((events) => this.mark?.note(events.map(({ id }) => id)));
  }

  /** @throws {RestoredDatabaseError} | {DamagedMarkError} */
  async onModuleInit(): Promise<void> {
    const { prefix } = this;
    const identity = prefix === undefined ? undefined : await this.identity();
    if (!identity) return;
    const mark = new HighWaterMark(`${prefix}${identity.id}.mark`);
    try {
      await this.check(mark, identity);
    } catch (error) {
      const isDoubt = error instanceof RestoredDatabaseError || error instanceof DamagedMarkError;
      if (!isDoubt || this.options.restored !== 'ignore') throw error;
      this.logger.warn(error.message);
    }
  }

  /** What the file says is given up only once that is on the trail. */
  async onApplicationBootstrap(): Promise<void> {
    if (!this.accepted) return;
    const { mark, databaseId, lag } = this.accepted;
    const event = new LogRestored(databaseId, lag);
    await this.unitOfWork.run(SYSTEM, (work) => work.record(event));
    await mark.restart([event.id]);
    this.mark = mark;
    const message = 'A restored database is served: keys that were deleted since it was backed up may be accepted.';
    this.logger.warn({ message, ...lag });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.mark?.close();
  }

  private async check(mark: HighWaterMark, { id, isNew }: Identity): Promise<void> {
    const isAccepting = this.options.restored === 'accept';
    const records = await mark.read();
    const lag = records && (await this.lagOf(records));
    if (lag && !isAccepting) throw new RestoredDatabaseError(mark.path, lag);
    if (lag) {
      this.accepted = { mark, databaseId: id, lag };
      return;
    }
    if (isAccepting) {
      this.logger.warn(
        'There was no restored backup to accept. Start without --accept-restored: it would accept the next.',
      );
    }
    if (!records) await this.begin(mark, isNew);
    this.mark = mark;
  }

  private async begin(mark: HighWaterMark, isNew: boolean): Promise<void> {
    if (!isNew) {
      const message =
        'Nothing is noted here of what this database has acknowledged, so it is not known whether it is a restored backup. ' +
        'From now on it is noted.';
      this.logger.warn({ message, path: mark.path });
    }
    await mark.begin();
  }

  /** @returns undefined if the database has none, and cannot be given one now. */
  private async identity(): Promise<Identity | undefined> {
    const known = await this.readIdentity();
    if (known !== undefined) return { id: known, isNew: false };
    try {
      await this.database.transaction((transaction) =>
        transaction.query('INSERT INTO latchkey_database_identity (place, id) VALUES (1, $1) ON CONFLICT DO NOTHING', [
          newId(),
        ]),
      );
    } catch (error) {
      if (!(error instanceof StoreUnavailableError)) throw error;
      const message = 'The store cannot be written: a restored backup would not be noticed.';
      this.logger.error({ message, error: describeError(error.cause) });
    }
    const id = await this.readIdentity();
    return id === undefined ? undefined : { id, isNew: true };
  }

  private async readIdentity(): Promise<string | undefined> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT id FROM latchkey_database_identity WHERE place = 1',
    );
    return row?.id;
  }

  /** What the path of the file begins with. Each database has its own: one in the place of another leaves that of the other. */
  private get prefix(): string | undefined {
    const { stateDir } = this.options;
    const { options } = this.dataSource;
    if (stateDir !== undefined) return `${resolve(stateDir)}${sep}`;
    return isSqlite(options) ? `${oneNameOf(options.database)}-` : undefined;
  }

  /** @returns undefined if the database has all that was acknowledged. */
  private async lagOf(records: readonly string[]): Promise<Lag | undefined> {
    if (records.length === 0) return undefined;
    const present = await this.records.present(records);
    const dates = records
      .filter((id) => !present.has(id))
      .map(dateOf)
      .sort();
    const [firstDate, lastDate] = [dates[0], dates.at(-1)];
    if (firstDate === undefined || lastDate === undefined) return undefined;
    return { missing: dates.length, firstDate, lastDate };
  }
}

/** RFC 9562: a UUID of version 7 begins with the milliseconds since 1970. */
function dateOf(id: string): string {
  return new Date(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toISOString();
}
