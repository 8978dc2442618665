import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { describeError } from '../common/describe-error.js';
import type { Actor } from '../events/actor.js';
import type { DomainEvent } from '../events/domain-event.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import { attemptOf } from './attempt.js';
import { FloodRule } from './flood-rule.js';
import { RecordQueue } from './record-queue.js';
import { SuppressedAttempts, type SuppressedInWorkspace } from './suppressed-attempts.js';
import { SYSTEM } from './system-actor.js';

const SWEEP_MS = 5000;

/**
 * Puts refused and failed attempts on the trail before their answers leave, by the {@link FloodRule}. Those that it does
 * not let through are counted, and the counts are recorded when the minute ends: one record for each workspace. The counts
 * of a minute are lost if the process is killed in it. Each instance counts by itself.
 */
@Injectable()
export class FailedAttempts implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger(FailedAttempts.name);
  private readonly rule = new FloodRule();
  private readonly queue: RecordQueue;
  private readonly closings = new Set<Promise<void>>();
  private suppressed = new SuppressedAttempts();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {
    this.queue = new RecordQueue(unitOfWork);
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.closeEnded(), SWEEP_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.close();
  }

  /**
   * @param refusedKey the id of the key that the attempt was made with, if it is known and was refused
   * @throws {StoreUnavailableError} if the attempt cannot be recorded: then it is not answered as if it had been.
   */
  async record(actor: Actor, event: DomainEvent, refusedKey: string | null = null): Promise<void> {
    const date = this.clock.now();
    const now = date.getTime();
    if (this.rule.isOver(now)) {
      void this.close();
      this.rule.startMinute(now);
    }
    const attempt = attemptOf(actor, event, refusedKey);
    const place = this.rule.take(attempt, now);
    if (!place) {
      this.suppressed.add(attempt);
      return;
    }
    try {
      await this.queue.add(event, actor, date);
    } catch (error) {
      place.giveBack();
      throw error;
    }
  }

  /**
   * Records the counts of the minute if it has ended. Runs by itself every five seconds. When it resolves, those are
   * recorded too, or kept, that were being recorded before.
   */
  async closeEnded(): Promise<void> {
    if (this.rule.isOver(this.clock.now().getTime())) await this.close();
    else await Promise.all(this.closings);
  }

  private async close(): Promise<void> {
    const { all } = this.suppressed;
    this.suppressed = new SuppressedAttempts();
    for (const counts of all) {
      const closing = this.recordCounts(counts);
      this.closings.add(closing);
      void closing.finally(() => this.closings.delete(closing));
    }
    await Promise.all(this.closings);
  }

  private async recordCounts(counts: SuppressedInWorkspace): Promise<void> {
    try {
      await this.queue.add(counts.toEvent(), SYSTEM, this.clock.now());
    } catch (error) {
      // They wait among those of the minute that runs now.
      this.suppressed.addAll(counts);
      this.logger.error({
        message: 'The count of suppressed attempts could not be recorded yet.',
        error: describeError(error),
      });
    }
  }
}
