import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { LatchkeyError } from '../common/latchkey-error.js';
import { Database } from '../database/database.js';
import type { Actor } from './actor.js';
import { Announcements } from './announcements.js';
import { EventHandlers } from './event-handlers.js';
import { RevocationBarrier, type Revocation, type StagedRevocation } from './revocation.js';
import { Work } from './work.js';

/** Runs commands: each in one transaction, with everything that must be written along with it. */
@Injectable()
export class UnitOfWork {
  constructor(
    private readonly database: Database,
    private readonly handlers: EventHandlers,
    private readonly barrier: RevocationBarrier,
    private readonly clock: Clock,
    private readonly announcements: Announcements,
  ) {}

  /**
   * Runs one command. Its changes, and what the in-transaction handlers write for the events it records, commit
   * together or not at all; once this resolves they survive a power cut, and no instance answers from memory what the
   * command revoked. Then each event is announced through the host's `EventEmitter2`, if there is one: at most once,
   * its listeners' errors logged and not thrown.
   *
   * Units of work do not nest. What `command` throws is thrown on, after the rollback; of a refusal, once no instance
   * answers from memory what the command meant to revoke.
   *
   * @throws {StoreUnavailableError} if the database refuses or cannot be reached: nothing was changed.
   * @throws {OutcomeUnknownError} if it broke at the commit.
   * @throws {RevocationUnconfirmedError} if the change is made, and other instances may not know of it yet.
   */
  async run<T>(actor: Actor, command: (work: Work) => T | Promise<T>): Promise<T> {
    const revocations: Revocation[] = [];
    let staged: StagedRevocation | undefined;
    let isCommitted = false;
    await this.barrier.prepare();
    try {
      const { result, events } = await this.database.transaction(async (transaction) => {
        const work = new Work(actor, this.clock.now(), transaction, revocations);
        const result = await command(work);
        await this.handlers.run(work, work.events);
        if (revocations.length > 0) staged = await this.barrier.stage(transaction, revocations);
        return { result, events: work.events };
      });
      isCommitted = true;
      try {
        await staged?.confirmed();
      } finally {
        for (const event of events) this.announcements.announce(event);
      }
      return result;
    } catch (error) {
      if (!isCommitted) staged?.abandon();
      const isRefusal = error instanceof LatchkeyError && error.getStatus() < 500;
      if (isRefusal && revocations.length > 0) await this.barrier.settle(revocations);
      throw error;
    }
  }
}
