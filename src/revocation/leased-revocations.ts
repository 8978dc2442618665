import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { describeError } from '../kernel/describe-error.js';
import { newId } from '../kernel/ids.js';
import { RevocationUnconfirmedError } from './errors.js';
import { StoreUnavailableError } from '../database/errors.js';
import type { Time } from '../kernel/time.js';
import type { Transaction } from '../database/transaction.js';
import type { Revocation, RunTransaction, StagedRevocation } from '../events/revocation.js';
import { Acknowledgements } from './instances/acknowledgements.js';
import { BatchedQuery } from './batched-query.js';
import { ElsewhereError, InstanceSession, LONGEST_FAREWELL_MS } from './instances/instance-session.js';
import { LeaseWatch, LONGEST_SPAN_MS, type SeenInstance } from './instances/lease-watch.js';
import {
  acknowledgementsChannel,
  NO_INSTANCE,
  REVOCATIONS_CHANNEL,
  type AcknowledgementMessage,
  type InspectionMessage,
  type RevocationMessage,
  type WriteRequest,
} from './instances/messages.js';
import type { InstanceConnection, Notice, RevocationStore } from './revocation-store.js';
import { RevocationSweep } from './revocation-sweep.js';
import { Revocations, type Eviction, type Inspection, type RevocationStatistics } from './revocations.js';

// A notification holds 8,000 bytes.
const MOST_NAMED = 100;
const LONGEST_DELIVERY_MS = 5000;

/** What is told through the pool is not heard: that is a pooler in transaction mode, or another database. */
class DeafError extends Error {
  constructor() {
    super(
      'PostgreSQL does not deliver notifications to this process, so it could not hear of revocations. If the database URL ' +
        'is that of a pooler in transaction mode, set LATCHKEY_DIRECT_URL (the option directUrl) to the URL of the server ' +
        'itself; both must lead to the same database.',
    );
  }
}

const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;
// Callers wait: what is not known by then is said to be so, and settled by the next attempt.
const LONGEST_SEARCH_MS = 8000;

/**
 * Revocations among any number of instances on one database. A restricting change commits what it revokes, then tells all of
 * them, and is answered once each has acknowledged, or its lease has run out.
 *
 * Why that is enough: an instance that is cut off cannot renew its lease. One that renews it after the commit reads the
 * revocation before the renewal counts, also if its notification was never sent. One that is not on the list yet will read
 * the change itself.
 */
export class LeasedRevocations extends Revocations implements OnModuleInit, OnApplicationShutdown {
  readonly hearsOfOthers = true;
  private readonly logger = new Logger('Revocations');
  private readonly acknowledgements: Acknowledgements;
  private readonly watch: LeaseWatch;
  private readonly instances = new BatchedQuery((messages: Message[]) => this.notifyAndList(messages));
  private readonly sweep: RevocationSweep;
  private session: InstanceSession | undefined;
  private lastId: string | undefined;
  private opening: Promise<void> | undefined;
  private cancelRetry: () => void = () => undefined;
  private stopped = false;
  /** Whether look-ups are known to read another database than the one that revocations are heard from. */
  private isElsewhere = false;
  /** Why the database would lose what it acknowledges in a power cut. */
  private weakness: string | undefined;

  /**
   * @param connect makes a connection that is not yet connected
   * @param leaseMs the length of this instance's lease; 0: it never answers from memory, and holds none
   */
  constructor(
    private readonly store: RevocationStore,
    private readonly connect: () => InstanceConnection,
    private readonly leaseMs: number,
    private readonly time: Time,
  ) {
    super();
    this.acknowledgements = new Acknowledgements(time);
    this.watch = new LeaseWatch(leaseMs, time);
    this.sweep = new RevocationSweep(store, time);
  }

  async onModuleInit(): Promise<void> {
    if (this.leaseMs === 0) return;
    try {
      await this.open();
    } catch (error) {
      this.stopped = true;
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.cancelRetry();
    this.evict('everything');
    // A session that is being opened closes as soon as it is open, which may take longer than anybody wants to wait.
    await Promise.race([this.opening?.catch(() => undefined), this.pause(LONGEST_FAREWELL_MS, 'nothing')]);
    await this.session?.close();
  }

  mayServeFromMemory(): boolean {
    return this.session?.lease.isValid() ?? false;
  }

  assertReadable(): void {
    if (this.isElsewhere) throw new StoreUnavailableError(new ElsewhereError());
  }

  statistics(): RevocationStatistics {
    return { leaseValid: this.mayServeFromMemory(), liveInstances: this.watch.size, waits: this.waits };
  }

  assertWritable(): void {
    this.assertReadable();
    if (this.weakness !== undefined) throw new StoreUnavailableError(new Error(this.weakness));
  }

  async prepare(): Promise<void> {
    this.assertWritable();
    // Without a lease it still needs a session, to hear the others' acknowledgements; or else it waits for their leases.
    if (!this.session && this.leaseMs === 0) await this.open().catch(() => undefined);
  }

  stage(transaction: Transaction, revocations: readonly Revocation[]): Promise<StagedRevocation> {
    const eviction: Eviction = revocations.length > MOST_NAMED ? 'everything' : revocations;
    const number = this.acknowledgements.expect();
    const message: RevocationMessage = { id: newId(), from: this.session?.id ?? NO_INSTANCE, number, eviction };
    const listed = this.store.append(transaction, message, this.noticeOf([message]));
    return Promise.resolve({
      abandon: () => this.abandon(message),
      confirmed: () => this.confirm(message, listed),
    });
  }

  async settle(revocations: readonly Revocation[], transact: RunTransaction): Promise<void> {
    await this.prepare();
    let staged: StagedRevocation | undefined;
    try {
      await transact(async (transaction) => {
        // It may be run again.
        staged?.abandon();
        staged = await this.stage(transaction, revocations);
      });
    } catch (error) {
      staged?.abandon();
      throw error;
    }
    await staged?.confirmed();
  }

  async inspect(keyId: string): Promise<Inspection> {
    const accepted = this.acknowledgements.expect();
    const number = this.acknowledgements.expect();
    try {
      const message: InspectionMessage = { from: this.session?.id ?? NO_INSTANCE, inspect: keyId, accepted, number };
      const timesMs = await this.instances.ask(message);
      await this.acknowledgements.of(number, timesMs);
      const accepting = this.acknowledgements.by(accepted).size;
      const answered = this.acknowledgements.by(number);
      const unheard = [...timesMs.keys()].filter((id) => !answered.has(id));
      // An instance that could not renew its lease meanwhile answers nobody from memory.
      if (unheard.length > 0) await this.instances.ask();
      const silent = unheard.filter((id) => this.watch.remainingMs(id) > 0).length;
      return { accepted: accepting, refused: answered.size - accepting, silent };
    } finally {
      this.acknowledgements.end(accepted);
      this.acknowledgements.end(number);
    }
  }

  async askToWrite(): Promise<boolean> {
    await this.prepare();
    const number = this.acknowledgements.expect();
    try {
      const message: WriteRequest = { from: this.session?.id ?? NO_INSTANCE, write: true, number };
      const [timesMs] = await Promise.all([this.instances.ask(message), this.write()]);
      const others = new Map(timesMs);
      others.delete(message.from);
      return await this.acknowledgements.of(number, others);
    } finally {
      this.acknowledgements.end(number);
    }
  }

  private abandon(message: RevocationMessage): void {
    this.evict(message.eviction);
    this.acknowledgements.end(message.number);
    // It may have been committed, or be so only later: by another id, so that it is not taken for what is read then.
    this.instances.ask({ ...message, id: newId() }).catch(() => undefined);
  }

  private async confirm(message: RevocationMessage, listed: Promise<SeenInstance[]>): Promise<void> {
    const beginning = this.time.monotonic();
    this.evict(message.eviction);
    try {
      const timesMs = await this.othersToAwait(message, listed);
      const isComplete = await this.acknowledgements.of(message.number, timesMs);
      if (!isComplete) this.removeEnded();
    } finally {
      this.acknowledgements.end(message.number);
    }
    this.waits.observe((this.time.monotonic() - beginning) / 1000);
    // An instance with a lease does so with each renewal.
    if (this.leaseMs === 0) void this.sweepAway();
  }

  /**
   * By instance, how long its acknowledgement is waited for; this instance has evicted already. Without the list, only the
   * time of the longest lease there may be would do instead.
   *
   * @param listed what was seen right after the commit, when the message was sent: failed that, it is done again
   * @throws {RevocationUnconfirmedError} if the list cannot be had soon.
   */
  private async othersToAwait(
    message: RevocationMessage,
    listed: Promise<SeenInstance[]>,
  ): Promise<ReadonlyMap<string, number>> {
    const beginning = this.time.monotonic();
    let looking = listed.then((instances) => this.timesOf(instances));
    for (let pauseMs = SHORTEST_PAUSE_MS; ; pauseMs *= 2) {
      try {
        const timesMs = new Map(await looking);
        timesMs.delete(message.from);
        return timesMs;
      } catch (error) {
        const passedMs = this.time.monotonic() - beginning;
        if (passedMs + pauseMs > LONGEST_SEARCH_MS)
          throw new RevocationUnconfirmedError(LONGEST_SPAN_MS - passedMs, error);
      }
      await this.pause(pauseMs, 'process');
      looking = this.instances.ask(message);
    }
  }

  /** @returns by instance, for how long from now it may still answer from memory. */
  private async notifyAndList(messages: readonly Message[]): Promise<ReadonlyMap<string, number>> {
    return this.timesOf(await this.store.notifyAndList(this.noticeOf(messages)));
  }

  private noticeOf(messages: readonly Message[]): Notice {
    // What is revoked here is evicted here already; how this instance answers, it is asked as the others are.
    const isInspection = messages.some((message) => 'inspect' in message);
    return {
      channel: REVOCATIONS_CHANNEL,
      messages: messages.map((message) => JSON.stringify(message)),
      own: isInspection ? NO_INSTANCE : (this.session?.id ?? NO_INSTANCE),
    };
  }

  /** @returns by instance, for how long from now it may still answer from memory. */
  private timesOf(instances: readonly SeenInstance[]): ReadonlyMap<string, number> {
    this.watch.see(instances);
    // In one go with having seen them: an older look that ends later must not come between.
    return new Map(instances.map(({ id }) => [id, this.watch.remainingMs(id)]));
  }

  private open(): Promise<void> {
    this.opening ??= this.openSession().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async openSession(): Promise<void> {
    let over: (error: unknown) => void = () => undefined;
    const ending = new Promise<never>((_resolve, reject) => (over = reject));
    ending.catch(() => undefined);
    const session = await InstanceSession.open(
      this.connect(),
      this.store,
      {
        onRevocation: (message) => this.evict(message.eviction),
        onMissed: (eviction) => this.evict(eviction),
        onAcknowledgement: ({ from, numbers }) => {
          for (const number of numbers) this.acknowledgements.note(number, from);
        },
        onInspection: (message) => void this.answer(message),
        onWriteRequest: (message) => void this.writeFor(message),
        onInstances: (instances) => this.see(instances),
        onWeakness: (weakness) => this.heed(weakness),
        onEnd: (ended, error) => {
          over(error);
          this.reopen(ended, error);
        },
      },
      this.leaseMs,
      this.time,
    );
    try {
      if (this.leaseMs > 0) await session.register();
      // A session that is over says nothing of where the pool leads.
      await Promise.race([this.assertHearing(session), ending]);
      if (this.leaseMs > 0) await session.serve();
      if (this.stopped || session.isOver) throw new Error('The session ended as it began.');
    } catch (error) {
      await session.close();
      if (this.leaseMs > 0 && (error instanceof DeafError || error instanceof ElsewhereError)) this.refuseAll(error);
      throw error;
    }
    const before = this.lastId;
    this.session = session;
    this.lastId = session.id;
    this.isElsewhere = false;
    // What it knew was evicted when it ended, so others need not wait for it.
    if (before) await this.store.remove(before).catch(() => undefined);
  }

  /** A pooler may accept LISTEN and then deliver nothing. */
  private async assertHearing(session: InstanceSession): Promise<void> {
    const number = this.acknowledgements.expect();
    try {
      const message: AcknowledgementMessage = { from: session.id, numbers: [number] };
      await this.store.notify(acknowledgementsChannel(session.id), JSON.stringify(message));
      const hears = await this.acknowledgements.of(number, new Map([[session.id, LONGEST_DELIVERY_MS]]));
      if (!hears) throw new DeafError();
    } finally {
      this.acknowledgements.end(number);
    }
  }

  private async answer({ from, inspect, accepted, number }: InspectionMessage): Promise<void> {
    const { session } = this;
    if (!session) return;
    try {
      if (await this.accepts(inspect)) session.acknowledge({ from, number: accepted });
      session.acknowledge({ from, number });
    } catch (error) {
      this.logger.warn({ message: 'An inspection is not answered.', error: describeError(error) });
    }
  }

  private async writeFor({ from, number }: WriteRequest): Promise<void> {
    const { session } = this;
    try {
      await this.write();
      session?.acknowledge({ from, number });
    } catch (error) {
      this.logger.warn({ message: 'What was counted is not written.', error: describeError(error) });
    }
  }

  private see(instances: readonly SeenInstance[]): void {
    this.watch.see(instances);
    this.removeEnded();
    void this.sweepAway();
  }

  private heed(weakness: string | undefined): void {
    if (weakness !== undefined && this.weakness === undefined) {
      this.logger.error({ message: 'Changes are refused until the database keeps what it acknowledges.', weakness });
    }
    this.weakness = weakness;
  }

  private removeEnded(): void {
    for (const ended of this.watch.ended()) void this.remove(ended);
  }

  private async sweepAway(): Promise<void> {
    try {
      await this.sweep.run(this.watch.longestMs);
    } catch (error) {
      this.logger.warn({ message: 'Revocations that all have read are still kept.', error: describeError(error) });
    }
  }

  /** Takes an instance off the list whose lease has ended, unless it has renewed it after all. */
  private async remove({ id, renewals }: SeenInstance): Promise<void> {
    try {
      const isRemoved = await this.store.remove(id, renewals);
      if (isRemoved) this.logger.warn({ message: 'An instance is gone; its lease has ended.', instance: id });
    } catch (error) {
      this.logger.warn({ message: 'An instance that is gone is still listed.', error: describeError(error) });
    }
  }

  private reopen(ended: InstanceSession, error: unknown): void {
    // A session that fails as it is opened is tried again by the one that opens it; and another one may be open by now.
    if (ended !== this.session) return;
    this.session = undefined;
    this.evict('everything');
    if (this.stopped || this.leaseMs === 0) return;
    if (error instanceof ElsewhereError) {
      this.refuseAll(error);
    } else {
      const message = 'Keys are read from the database until revocations are heard again.';
      this.logger.warn({ message, error: describeError(error) });
    }
    this.openLater(SHORTEST_PAUSE_MS);
  }

  private refuseAll(error: Error): void {
    if (this.isElsewhere) return;
    this.isElsewhere = true;
    // A start that fails says why by itself.
    if (!this.lastId) return;
    const message = 'No key is accepted until the pool reads the database that revocations are heard from.';
    this.logger.error({ message, error: describeError(error) });
  }

  private openLater(pauseMs: number): void {
    if (this.stopped) return;
    this.cancelRetry();
    const open = (): void =>
      void this.open().then(
        () => this.logger.log('Revocations are heard again.'),
        () => this.openLater(Math.min(pauseMs * 2, LONGEST_PAUSE_MS)),
      );
    this.cancelRetry = this.time.after(pauseMs, open, 'nothing');
  }

  private pause(milliseconds: number, hold: 'process' | 'nothing'): Promise<void> {
    return new Promise((resolve) => void this.time.after(milliseconds, resolve, hold));
  }
}

type Message = RevocationMessage | InspectionMessage | WriteRequest;
