import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { StoreInUseError, StoreUnavailableError } from '../../database/errors.js';
import { Mutex } from '../../database/sqlite/mutex.js';
import { identityOf, oneNameOf, servingFileOf } from '../../database/sqlite/sqlite-file.js';
import { ownOptions, type SqliteOptions } from '../../database/sqlite/sqlite-options.js';
import { isBusy } from '../../database/store-errors.js';
import { makePrivateFile } from '../../kernel/private-file.js';
import { LOOK_MS } from './serving-lease.js';

// Who held one that was removed has noticed by then.
const ABSENCE_MS = 2 * LOOK_MS;

interface LockedFile {
  connection: DataSource;
  identity: string | undefined;
}

/**
 * Shows other processes at once that a SQLite database is served, so that they are refused rather than made to wait: the lock of
 * a file next to it. The system takes it back from a process that ends, however it ends. That no two processes answer from memory
 * does not depend on it: see `ServingLease`.
 */
export class ServingLock {
  private readonly mutex = new Mutex();
  private locked: LockedFile | undefined;
  private known: string | undefined;

  constructor(private readonly options: SqliteOptions) {}

  /**
   * Takes it, unless it is held; also if somebody removed the file of the one that is held.
   *
   * @param waitMs for how long to wait for another process to let go
   * @throws {StoreInUseError} if another process holds it.
   * @throws {StoreUnavailableError} if it cannot be taken.
   * @throws {Error} if the database has several names.
   */
  take(waitMs: number): Promise<void> {
    return this.mutex.run(async () => {
      const path = (this.known ??= servingFileOf(oneNameOf(this.options.database)));
      if (this.locked && this.locked.identity === identityOf(path)) return;
      await this.letGo();
      this.locked = await this.lock(path, waitMs);
    });
  }

  release(): Promise<void> {
    return this.mutex.run(() => this.letGo());
  }

  private async lock(path: string, waitMs: number): Promise<LockedFile> {
    const connection = new DataSource(ownOptions(this.options, { database: path, waitMs, entities: [] }));
    try {
      if (await makePrivateFile(path)) await setTimeout(ABSENCE_MS);
      const identity = identityOf(path);
      await connection.initialize();
      // The driver knows no 0, and waits for a second.
      await connection.query(`PRAGMA busy_timeout = ${waitMs}`);
      // A journal on the disk would need room on it.
      await connection.query('PRAGMA journal_mode = MEMORY');
      await connection.query('BEGIN EXCLUSIVE');
      // SQLite opens a file that it may not write for reading alone, and then locks nothing.
      await connection.query('PRAGMA user_version = 1');
      return { connection, identity };
    } catch (error) {
      if (connection.isInitialized) await connection.destroy();
      if (isBusy(error)) throw new StoreInUseError(error);
      throw new StoreUnavailableError(
        new Error(`${path} cannot be locked: the process must be able to write it.`, { cause: error }),
      );
    }
  }

  private async letGo(): Promise<void> {
    const { locked } = this;
    this.locked = undefined;
    await locked?.connection.destroy();
  }
}
