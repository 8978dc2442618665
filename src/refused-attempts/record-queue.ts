import { StoreUnavailableError } from '../database/errors.js';
import type { Actor } from '../events/actor.js';
import type { DomainEvent } from '../events/domain-event.js';
import type { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { SYSTEM } from './system-actor.js';

const MOST_A_COMMIT = 100;

interface Entry {
  event: DomainEvent;
  actor: Actor;
  date: Date;
  since: number;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Puts records on the trail, those of one moment in one transaction: what comes while a transaction is under way shares
 * the next. One that comes alone does not wait.
 */
export class RecordQueue {
  private waiting: Entry[] = [];
  private isWriting = false;

  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Resolves when the record is durable.
   *
   * @throws {StoreUnavailableError} if it is not; then none is that shared its transaction.
   */
  add(event: DomainEvent, actor: Actor, date: Date): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ event, actor, date, since: performance.now(), resolve, reject });
      if (!this.isWriting) void this.write();
    });
  }

  private async write(): Promise<void> {
    this.isWriting = true;
    while (this.waiting.length > 0) await this.commit(this.waiting.splice(0, MOST_A_COMMIT));
    this.isWriting = false;
  }

  private async commit(entries: Entry[]): Promise<void> {
    try {
      const record = (work: Work): void => {
        for (const { event, actor, date } of entries) work.record(event, { actor, date });
      };
      // Those that waited for another transaction that failed are not kept waiting as long again.
      await this.unitOfWork.run(SYSTEM, record, { since: entries[0]?.since });
    } catch (error) {
      const refusal = error instanceof StoreUnavailableError ? error : new StoreUnavailableError(error);
      for (const { reject } of entries) reject(refusal);
      return;
    }
    for (const { resolve } of entries) resolve();
  }
}
