import type { SimulatedKey } from './simulated-database.js';
import type { SimulatedProcess } from './simulated-process.js';

interface LockFile {
  identity: string;
  holder: SimulatedProcess | undefined;
}

/**
 * One SQLite database, and the file of the lock next to it, as the processes on its machine have them. What is written is
 * durable.
 */
export class SimulatedFile {
  readonly keys = new Map<string, SimulatedKey>();
  private lockFile: LockFile | undefined;
  private files = 0;
  /** Who has a transaction under way. */
  private writer: SimulatedProcess | undefined;

  get identity(): string | undefined {
    return this.lockFile?.identity;
  }

  makeLockFile(): void {
    this.files += 1;
    this.lockFile ??= { identity: `file ${this.files}`, holder: undefined };
  }

  /** Somebody removes the file of the lock: who has it open keeps the lock of the one that was there. */
  removeLockFile(): void {
    this.lockFile = undefined;
  }

  /** @returns takes the lock of the file that is in place now, even if it is removed later; false while another one has it. */
  openLockFile(process: SimulatedProcess): { tryLock: () => boolean; release: () => void } {
    this.makeLockFile();
    const file = this.lockFile as LockFile;
    const release = (): void => {
      if (file.holder === process) file.holder = undefined;
    };
    const tryLock = (): boolean => {
      if (file.holder?.machine.isAlive) return false;
      file.holder = process;
      return true;
    };
    return { tryLock, release };
  }

  /** @returns whether it may write now. */
  begin(process: SimulatedProcess): boolean {
    if (this.writer?.machine.isAlive) return false;
    this.writer = process;
    return true;
  }

  end(process: SimulatedProcess): void {
    if (this.writer === process) this.writer = undefined;
  }
}
