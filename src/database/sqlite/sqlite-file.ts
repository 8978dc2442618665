import { readFileSync, realpathSync, statSync } from 'node:fs';
import { OutcomeUnknownError, StoreUnavailableError } from '../errors.js';

/**
 * The file of a SQLite database that is open. SQLite keeps its log next to the name that the file is opened by, and goes on
 * with files that are there no more: so a database has one name, and is looked at again with each change.
 */
export class SqliteFile {
  /** Free of symbolic links, as SQLite names the log. */
  readonly path: string;
  private readonly identity: string | undefined;
  private logIdentity: string | undefined;

  /** @throws {Error} if the file has several names, or is mounted by itself. */
  constructor(database: string) {
    this.path = oneNameOf(database);
    this.identity = identityOf(this.path);
  }

  /** To be called within a transaction that writes: then the log is there. */
  noteLog(): void {
    this.logIdentity ??= identityOf(this.log);
  }

  /** @throws {StoreUnavailableError} if the file, or its log, was removed or replaced: a change would be lost. */
  assertInPlace(): void {
    if (!this.isInPlace) throw new StoreUnavailableError(this.fault);
  }

  /** @throws {OutcomeUnknownError} if it was while a change was made. */
  assertStillInPlace(): void {
    if (!this.isInPlace) throw new OutcomeUnknownError(this.fault);
  }

  private get log(): string {
    return `${this.path}-wal`;
  }

  private get isInPlace(): boolean {
    if (identityOf(this.path) !== this.identity) return false;
    return this.logIdentity === undefined || identityOf(this.log) === this.logIdentity;
  }

  private get fault(): Error {
    return new Error(
      `${this.path} or its log was removed, replaced or put out of reach while it was open. Restart on the right file.`,
    );
  }
}

/**
 * The one name of a database: what symbolic links lead to.
 *
 * @throws {Error} if it has others.
 */
export function oneNameOf(database: string): string {
  const path = realpathSync(database);
  if (statSync(path).nlink > 1) {
    throw new Error(
      `${path} has several names (hard links), and SQLite a log for each: changes would be lost. Keep one.`,
    );
  }
  if (mountPoints().has(path)) {
    throw new Error(`${path} is mounted by itself, without the log that SQLite keeps next to it. Mount its folder.`);
  }
  return path;
}

/** The file next to a database whose lock is the right to serve it. */
export function servingFileOf(path: string): string {
  return `${path}-serving`;
}

/** Which file it is, whatever it is called; undefined if there is none, or none that this process may see. */
export function identityOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}

function mountPoints(): ReadonlySet<string> {
  // Of Linux: proc(5), of which the fifth field is the mount point, with octal escapes.
  const lines = readIfThere('/proc/self/mountinfo').split('\n');
  return new Set(lines.map((line) => (line.split(' ')[4] ?? '').replace(/\\([0-7]{3})/g, fromOctal)));
}

function fromOctal(_escape: string, digits: string): string {
  return String.fromCharCode(parseInt(digits, 8));
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
