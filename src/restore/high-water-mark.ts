import { Logger } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { describeError } from '../kernel/describe-error.js';
import { isId } from '../kernel/ids.js';

/** Of commits that overlap, the one acknowledged last may have been made first: so many are kept. */
const MOST_KEPT = 64;
const EVERY_MS = 1000;
const RETRY_MS = 5000;

/** It is not known what was last acknowledged. */
export class DamagedMarkError extends Error {
  constructor(path: string, cause: Error) {
    super(
      `${path} does not tell what was last acknowledged (${cause.message}), so it is not known whether the database is older. ` +
        'Put it back as it was; or remove it, if the database is the latest one',
      { cause },
    );
  }
}

/** The ids of the records that were acknowledged last, in a file outside of the database. Processes may share the file. */
export class HighWaterMark {
  private readonly logger = new Logger(HighWaterMark.name);
  private fresh: readonly string[] = [];
  private writing: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isFailing = false;

  constructor(readonly path: string) {}

  /** @returns undefined if there is no file. @throws {DamagedMarkError} */
  async read(): Promise<string[] | undefined> {
    try {
      return parse(await readFile(this.path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw new DamagedMarkError(this.path, error as Error);
    }
  }

  /** Makes the file if there is none. That it cannot be written is logged. */
  begin(): Promise<void> {
    return this.write();
  }

  /** Gives up what the file says. To be called before anything is noted. @throws {Error} if it cannot be written. */
  async restart(ids: readonly string[]): Promise<void> {
    await replaceFile(this.path, format(ids));
  }

  /** Adds records. They are in the file a moment later. */
  note(ids: readonly string[]): void {
    this.fresh = newestOf([...this.fresh, ...ids]);
    this.start();
  }

  /** Resolves once all that was noted is in the file, or could not be written. */
  async close(): Promise<void> {
    await this.writing;
    clearTimeout(this.timer);
    if (this.fresh.length > 0) await this.write();
  }

  private start(): void {
    if (this.writing || this.timer || this.fresh.length === 0) return;
    this.writing = this.write().finally(() => {
      this.writing = undefined;
      const again = (): void => {
        this.timer = undefined;
        this.start();
      };
      this.timer = setTimeout(again, this.isFailing ? RETRY_MS : EVERY_MS).unref();
    });
  }

  private async write(): Promise<void> {
    const { fresh } = this;
    this.fresh = [];
    try {
      const known = (await this.read()) ?? [];
      await replaceFile(this.path, format([...known, ...fresh]));
      this.isFailing = false;
    } catch (error) {
      this.fresh = newestOf([...fresh, ...this.fresh]);
      if (!this.isFailing) {
        const message =
          'What was acknowledged cannot be noted outside of the database: a restored backup would not be noticed.';
        this.logger.error({ message, path: this.path, error: describeError(error) });
      }
      this.isFailing = true;
    }
  }
}

// By the order in which they were noted: clocks go back, and differ.
function newestOf(ids: readonly string[]): string[] {
  return [...new Set(ids)].slice(-MOST_KEPT);
}

function format(ids: readonly string[]): string {
  return `${JSON.stringify({ records: newestOf(ids) })}\n`;
}

function parse(text: string): string[] {
  const { records } = (JSON.parse(text) ?? {}) as { records?: unknown };
  if (Array.isArray(records) && records.length <= MOST_KEPT && records.every(isId)) return records;
  throw new Error('it holds something else');
}

/** What is read there is the one text or the other, also after a power cut. */
async function replaceFile(path: string, text: string): Promise<void> {
  // A link stays one: to another volume, perhaps.
  const target = await realpath(path).catch(() => path);
  const folder = dirname(target);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${target}.${randomUUID()}`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      // A command of root must not keep the service from reading it.
      const { uid, gid } = await stat(folder);
      if (process.getuid?.() === 0) await file.chown(uid, gid);
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, target);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  const parent = await open(folder, 'r');
  try {
    await parent.sync();
  } finally {
    await parent.close();
  }
}
