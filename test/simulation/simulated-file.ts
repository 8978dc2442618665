import type { ServingProcess } from '../../src/revocation/sqlite/serving-row.js';
import type { SimulatedKey } from './simulated-database.js';
import type { SimulatedProcess } from './simulated-process.js';

/** A file next to the database, and who has its lock. */
export interface SimulatedLockFile {
  holder: SimulatedProcess | undefined;
}

/**
 * One SQLite database, and the file of the lock next to it, as the processes on its machine have them. What is written is
 * durable.
 */
export class SimulatedFile {
  readonly keys = new Map<string, SimulatedKey>();
  /** Who may answer from memory. */
  serving: ServingProcess | undefined;
  /** The one that is in its place. */
  lockFile: SimulatedLockFile | undefined;
  /** Who has a transaction under way. */
  private writer: SimulatedProcess | undefined;

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
