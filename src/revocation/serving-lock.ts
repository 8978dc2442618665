import { DataSource } from 'typeorm';
import { makePrivateFile } from '../common/private-file.js';
import { StoreInUseError } from '../common/latchkey-error.js';
import { Mutex } from '../database/mutex.js';
import { isBusy } from '../database/store-errors.js';
import { ownOptions, type SqliteOptions } from '../database/sqlite-options.js';

/**
 * The right to answer from memory, or to revoke what somebody might, on one SQLite database: of one process at a time.
 * A lock on a file next to the database, which the system takes back from a process that ends, however it ends.
 */
export class ServingLock {
  private readonly mutex = new Mutex();
  private holder: DataSource | undefined;

  constructor(private readonly options: SqliteOptions) {}

  get isHeld(): boolean {
    return this.holder !== undefined;
  }

  /**
   * @param waitMs for how long to wait for another process to let go
   * @throws {StoreInUseError} if another process holds it.
   */
  take(waitMs: number): Promise<void> {
    return this.mutex.run(async () => {
      if (!this.holder) this.holder = await this.lock(waitMs);
    });
  }

  release(): Promise<void> {
    return this.mutex.run(async () => {
      const { holder } = this;
      this.holder = undefined;
      await holder?.destroy();
    });
  }

  private async lock(waitMs: number): Promise<DataSource> {
    const database = `${this.options.database}-serving`;
    await makePrivateFile(database);
    const holder = new DataSource(ownOptions(this.options, { database, waitMs, entities: [] }));
    await holder.initialize();
    try {
      await holder.query('BEGIN EXCLUSIVE');
      return holder;
    } catch (error) {
      await holder.destroy();
      throw isBusy(error) ? new StoreInUseError(error) : error;
    }
  }
}
