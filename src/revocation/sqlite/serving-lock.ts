import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { StoreInUseError } from '../../database/errors.js';
import { makePrivateFile } from '../../kernel/private-file.js';
import { Mutex } from '../../database/sqlite/mutex.js';
import { identityOf, oneNameOf, servingFileOf } from '../../database/sqlite/sqlite-file.js';
import { ownOptions, type SqliteOptions } from '../../database/sqlite/sqlite-options.js';
import { isBusy } from '../../database/store-errors.js';

// A holder looks this often whether the file is still there. Whoever finds none waits longer, on a clock that may be faster.
const LOOK_MS = 100;
const ABSENCE_MS = 250;

interface Hold {
  connection: DataSource;
  path: string;
  identity: string | undefined;
  lookedAt: number;
}

/**
 * The right to answer from memory, or to revoke what somebody might, on one SQLite database: of one process at a time.
 * A lock on a file next to the database, which the system takes back from a process that ends, however it ends. A file
 * that is removed takes the right along: within {@link LOOK_MS} its holder has none.
 */
export class ServingLock {
  private readonly mutex = new Mutex();
  private hold: Hold | undefined;

  constructor(private readonly options: SqliteOptions) {}

  /** Cheap: asked before each answer from memory. */
  get isHeld(): boolean {
    const { hold } = this;
    if (!hold) return false;
    const now = performance.now();
    if (now - hold.lookedAt < LOOK_MS) return true;
    if (identityOf(hold.path) !== hold.identity) return false;
    hold.lookedAt = now;
    return true;
  }

  /**
   * @param waitMs for how long to wait for another process to let go
   * @param anew awaited before the right is there, if it was not: others may have had it
   * @throws {StoreInUseError} if another process holds it.
   */
  take(waitMs: number, anew: () => void | Promise<void>): Promise<void> {
    return this.mutex.run(async () => {
      if (this.isInPlace()) return;
      await this.letGo();
      const hold = await this.lock(waitMs);
      await anew();
      this.hold = hold;
    });
  }

  release(): Promise<void> {
    return this.mutex.run(() => this.letGo());
  }

  private isInPlace(): boolean {
    return this.hold !== undefined && identityOf(this.hold.path) === this.hold.identity;
  }

  private async letGo(): Promise<void> {
    const { hold } = this;
    this.hold = undefined;
    await hold?.connection.destroy();
  }

  private async lock(waitMs: number): Promise<Hold> {
    const path = servingFileOf(oneNameOf(this.options.database));
    await makeAfterAbsence(path);
    const connection = new DataSource(ownOptions(this.options, { database: path, waitMs, entities: [] }));
    await connection.initialize();
    try {
      // A journal on the disk would need room on it.
      await connection.query('PRAGMA journal_mode = MEMORY');
      await connection.query('BEGIN EXCLUSIVE');
      return { connection, path, identity: identityOf(path), lookedAt: -Infinity };
    } catch (error) {
      await connection.destroy();
      throw isBusy(error) ? new StoreInUseError(error) : error;
    }
  }
}

// One who held a file that was removed has noticed by then.
async function makeAfterAbsence(path: string): Promise<void> {
  try {
    await stat(path);
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await setTimeout(ABSENCE_MS);
  await makePrivateFile(path);
}
