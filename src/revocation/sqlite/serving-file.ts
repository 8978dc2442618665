import { DataSource } from 'typeorm';
import { identityOf, oneNameOf, servingFileOf } from '../../database/sqlite/sqlite-file.js';
import { ownOptions, type SqliteOptions } from '../../database/sqlite/sqlite-options.js';
import { isBusy } from '../../database/store-errors.js';
import { StoreInUseError, StoreUnavailableError } from '../../database/errors.js';
import { makePrivateFile } from '../../kernel/private-file.js';

/** The lock of a file, while it is held. */
export interface LockedFile {
  /** Which file it is, whatever is in its place later. */
  readonly identity: string;
  release(): Promise<void>;
}

/** The file next to a SQLite database whose lock is held by the process that serves it. */
export class ServingFile {
  private known: string | undefined;

  constructor(private readonly options: SqliteOptions) {}

  /** Which file is in its place; undefined if there is none. */
  get identity(): string | undefined {
    return identityOf(this.path);
  }

  async make(): Promise<void> {
    await makePrivateFile(this.path);
  }

  /**
   * Locks it. The system takes the lock back from a process that ends, however it ends.
   *
   * @param waitMs for how long to wait for another process to let go
   * @throws {StoreInUseError} if another process holds it, or it was removed meanwhile.
   * @throws {StoreUnavailableError} if it cannot be locked.
   * @throws {Error} if the database has several names.
   */
  async lock(waitMs: number): Promise<LockedFile> {
    const path = (this.known = this.find());
    const { identity } = this;
    const connection = new DataSource(ownOptions(this.options, { database: path, waitMs, entities: [] }));
    const release = async (): Promise<void> => {
      if (connection.isInitialized) await connection.destroy();
    };
    try {
      await connection.initialize();
      // A journal on the disk would need room on it.
      await connection.query('PRAGMA journal_mode = MEMORY');
      await connection.query('BEGIN EXCLUSIVE');
      // SQLite opens a file that it may not write for reading alone, and then locks nothing.
      await connection.query('PRAGMA user_version = 1');
      // The lock of a removed file does not exclude a process that locks the new one.
      if (identity !== undefined && identity === this.identity) return { identity, release };
    } catch (error) {
      await release();
      if (isBusy(error)) throw new StoreInUseError(error);
      throw new StoreUnavailableError(
        new Error(`${path} cannot be locked: the process must be able to write it.`, { cause: error }),
      );
    }
    await release();
    throw new StoreInUseError(new Error('The file was removed as it was locked.'));
  }

  private get path(): string {
    return (this.known ??= this.find());
  }

  /** @throws {Error} if the database has several names. */
  private find(): string {
    return servingFileOf(oneNameOf(this.options.database));
  }
}
