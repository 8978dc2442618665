import { Mutex } from '../../database/sqlite/mutex.js';
import type { Time } from '../../kernel/time.js';
import type { LockedFile, ServingFile } from './serving-file.js';

// A holder looks this often whether the file is still there. Whoever finds none waits longer, on a clock that may be faster.
const LOOK_MS = 100;
const ABSENCE_MS = 250;

interface Hold {
  file: LockedFile;
  /** Whether what others did before is known here. */
  isReady: boolean;
  lookedAt: number;
}

/**
 * The right to answer from memory, or to revoke what somebody might, on one SQLite database: of one process at a time. A
 * file that is removed takes the right along: within {@link LOOK_MS} its holder has none.
 */
export class ServingLock {
  private readonly mutex = new Mutex();
  private hold: Hold | undefined;

  constructor(
    private readonly file: ServingFile,
    private readonly time: Time,
  ) {}

  /** Cheap: asked before each answer from memory. */
  get isHeld(): boolean {
    const { hold } = this;
    if (!hold?.isReady) return false;
    const now = this.time.monotonic();
    if (now - hold.lookedAt < LOOK_MS) return true;
    if (this.file.identity !== hold.file.identity) return false;
    hold.lookedAt = now;
    return true;
  }

  /**
   * @param waitMs for how long to wait for another process to let go
   * @param anew awaited before the right is there, if it was not: others may have had it. May itself wait for somebody who
   *   takes the right meanwhile, with an `anew` of its own.
   * @throws {StoreInUseError} if another process holds it.
   */
  async take(waitMs: number, anew: () => void | Promise<void>): Promise<void> {
    const hold = await this.mutex.run(() => this.held(waitMs));
    if (hold.isReady) return;
    await anew();
    hold.isReady = true;
  }

  release(): Promise<void> {
    return this.mutex.run(() => this.letGo());
  }

  private async held(waitMs: number): Promise<Hold> {
    if (this.hold && this.file.identity === this.hold.file.identity) return this.hold;
    await this.letGo();
    if (this.file.identity === undefined) {
      // One who held a file that was removed has noticed by then.
      await new Promise<void>((resolve) => void this.time.after(ABSENCE_MS, resolve, 'process'));
      await this.file.make();
    }
    return (this.hold = { file: await this.file.lock(waitMs), isReady: false, lookedAt: -Infinity });
  }

  private async letGo(): Promise<void> {
    const { hold } = this;
    this.hold = undefined;
    await hold?.file.release();
  }
}
