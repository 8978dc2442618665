import { Injectable, Logger, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { describeError } from '../kernel/describe-error.js';
import { StoreUnavailableError } from '../database/errors.js';
import type { Actor } from '../events/actor.js';
import type { DomainEvent, EventFacts } from '../events/domain-event.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import { attemptOf, type Attempt } from './attempt.js';
import { FloodRule, type AttemptedUse } from './flood-rule.js';
import { KnownTargets } from './known-targets.js';
import { OwnerNotices, type Notice } from './owner-notices.js';
import { RecordQueue } from './record-queue.js';
import { ResourceOwners, type NamedThing } from './resource-owners.js';
import { SuppressedAttempts, type SuppressedInWorkspace } from './suppressed-attempts.js';
import { SYSTEM } from './system-actor.js';

const SWEEP_MS = 5000;

/** What is known of an attempt besides its event. */
export interface AttemptFacts {
  /** The id of the key that it was made with, if that is known and was refused. */
  refusedKey?: string;
  /** What the caller named that may be another workspace's: that one is told too. */
  things?: readonly NamedThing[];
}

/** Which key was refused, and to whom. */
export interface FirstFacts {
  refusedKey: string;
  client: string;
}

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
  private readonly notices: OwnerNotices;
  private readonly closings = new Set<Promise<void>>();
  private suppressed: SuppressedAttempts;
  /** Whether the last attempt could not be recorded. */
  private isUnwritable = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    unitOfWork: UnitOfWork,
    owners: ResourceOwners,
    private readonly knownTargets: KnownTargets,
    private readonly clock: Clock,
  ) {
    this.suppressed = new SuppressedAttempts(knownTargets);
    this.queue = new RecordQueue(unitOfWork);
    this.notices = new OwnerNotices(owners, (notice, workspaceId) => this.deliver(notice, workspaceId));
  }

  onModuleInit(): void {
    this.timer = setInterval(() => void this.closeEnded(), SWEEP_MS).unref();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.notices.settle(null);
    await this.close();
  }

  /**
   * Puts a refused attempt on the trail. If an attempt without a good credential cannot be recorded, it is counted, like one
   * beyond the flood rule: the caller is told 401 also while the disk is full.
   *
   * @throws {StoreUnavailableError} if any other attempt cannot be recorded: then it is not answered as if it had been.
   */
  async record(actor: Actor, event: DomainEvent, { refusedKey, things = [] }: AttemptFacts = {}): Promise<void> {
    const date = this.clock.now();
    this.notices.add({ actor, event, date, things });
    await this.put(attemptOf(actor, event, { refusedKey }), date);
  }

  /** Whether {@link recordFirst} would do nothing: what is to be recorded need not be made. */
  isLater(use: AttemptedUse): boolean {
    return this.rule.isLater(use, this.clock.time());
  }

  /**
   * Puts an attempt on the trail if it is the client's first of the day with the key, and does nothing otherwise: who tells
   * of it may do so as often as they like. If it cannot be recorded, the next one is the first.
   */
  async recordFirst(actor: Actor, event: DomainEvent, { refusedKey, client }: FirstFacts): Promise<void> {
    const date = this.clock.now();
    this.startMinute(date.getTime());
    const attempt = attemptOf(actor, event, { refusedKey, source: client });
    const place = this.rule.takeFirst(attempt, date.getTime());
    if (!place) return;
    try {
      await this.queue.add(event, actor, date);
    } catch (error) {
      place.giveBack();
      if (!(error instanceof StoreUnavailableError)) throw error;
    }
  }

  /** Resolves when the workspace (null: every one) has on its trail what callers of others attempted at it before. */
  settle(workspaceId: string | null): Promise<void> {
    return this.notices.settle(workspaceId);
  }

  /**
   * Records the counts of the minute if it has ended. Runs by itself every five seconds. When it resolves, those are
   * recorded too, or kept, that were being recorded before.
   */
  async closeEnded(): Promise<void> {
    if (this.rule.isOver(this.clock.now().getTime())) await this.close();
    else await Promise.all(this.closings);
  }

  private startMinute(now: number): void {
    if (!this.rule.isOver(now)) return;
    void this.close();
    this.rule.startMinute(now);
  }

  private async put(attempt: Attempt, date: Date): Promise<void> {
    const now = date.getTime();
    this.startMinute(now);
    const place = this.rule.take(attempt, now);
    if (!place) {
      await this.suppressed.add(attempt);
      return;
    }
    try {
      await this.queue.add(attempt.event, attempt.actor, date);
      this.isUnwritable = false;
    } catch (error) {
      if (error instanceof StoreUnavailableError && attempt.event.action === 'auth.failed') {
        await this.countUnrecorded(attempt, error);
        return;
      }
      place.giveBack();
      throw error;
    }
  }

  private async countUnrecorded(attempt: Attempt, error: StoreUnavailableError): Promise<void> {
    await this.suppressed.add(attempt);
    if (this.isUnwritable) return;
    this.isUnwritable = true;
    const message = 'Refused callers are counted and not recorded one by one: the trail cannot be written.';
    this.logger.error({ message, error: describeError(error.cause) });
  }

  private deliver({ actor, event, date, things }: Notice, workspaceId: string): Promise<void> {
    const { reason, statusCode, errorCode, outcome } = event;
    // Only what the caller wrote: what a record says besides may be another workspace's.
    const targets = event.targets.filter((target) =>
      things.some(({ type, id }) => type === target.type && id === target.id),
    );
    const facts = { workspaceId, targets, changes: [...event.changes], reason, statusCode, errorCode, outcome };
    const copy = new (event.constructor as new (facts: EventFacts) => DomainEvent)(facts);
    return this.put(attemptOf(actor, copy, { isNotice: true }), date);
  }

  private async close(): Promise<void> {
    const ended = this.suppressed;
    this.suppressed = new SuppressedAttempts(this.knownTargets);
    const closing = this.recordAll(ended);
    this.closings.add(closing);
    void closing.finally(() => this.closings.delete(closing));
    await Promise.all(this.closings);
  }

  /** What cannot be recorded waits among what is counted in the minute that runs then. */
  private async recordAll(ended: SuppressedAttempts): Promise<void> {
    try {
      await ended.settle();
    } catch (error) {
      this.suppressed.addAll(ended);
      this.logUnrecorded(error);
      return;
    }
    await Promise.all(ended.all.map((counts) => this.recordCounts(counts)));
  }

  private async recordCounts(counts: SuppressedInWorkspace): Promise<void> {
    try {
      await this.queue.add(counts.toEvent(), SYSTEM, this.clock.now());
    } catch (error) {
      this.suppressed.addCounts(counts);
      this.logUnrecorded(error);
    }
  }

  private logUnrecorded(error: unknown): void {
    this.logger.error({
      message: 'The count of suppressed attempts could not be recorded yet.',
      error: describeError(error),
    });
  }
}
