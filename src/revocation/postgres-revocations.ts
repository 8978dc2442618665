import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { describeError } from '../common/describe-error.js';
import type { Database } from '../database/database.js';
import type { Transaction } from '../database/transaction.js';
import type { Announcement, Revocation } from '../events/revocation.js';
import { newId } from '../common/ids.js';
import { Acknowledgements } from './acknowledgements.js';
import { keeping } from './committed-revocations.js';
import { InstanceSession, LONGEST_FAREWELL_MS, SELECT_INSTANCES } from './instance-session.js';
import { LeaseWatch, type SeenInstance } from './lease-watch.js';
import {
  acknowledgementsChannel,
  REVOCATIONS_CHANNEL,
  type AcknowledgementMessage,
  type InspectionMessage,
  type RevocationMessage,
} from './messages.js';
import { RevocationSweep } from './revocation-sweep.js';
import { SharedLook } from './shared-look.js';
import { Revocations, type Forgotten, type Inspection, type RevocationStatistics } from './revocations.js';

// A notification holds 8,000 bytes.
const MOST_NAMED = 100;
const LONGEST_DELIVERY_MS = 5000;
const DEAF =
  'PostgreSQL does not deliver notifications to this process, so it could not hear of revocations. If the database URL ' +
  'is that of a pooler in transaction mode, set LATCHKEY_DIRECT_URL (the option directUrl) to the URL of the server itself.';
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2000;

/**
 * Revocations among any number of instances on one PostgreSQL. A restricting change commits what it revokes, then tells all
 * of them, and is answered once each has acknowledged, or its lease has run out.
 *
 * Why that is enough: an instance that is cut off cannot renew its lease. One that renews it after the commit reads the
 * revocation before the renewal counts, also if nobody lived to tell it. One that is not on the list yet will read the
 * change itself.
 */
export class PostgresRevocations extends Revocations implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger('Revocations');
  private readonly acknowledgements = new Acknowledgements();
  private readonly watch: LeaseWatch;
  private readonly instances = new SharedLook((messages: Message[]) => this.tellAndLook(messages));
  private readonly sweep: RevocationSweep;
  private session: InstanceSession | undefined;
  private lastId: string | undefined;
  private opening: Promise<void> | undefined;
  private retry: NodeJS.Timeout | undefined;
  private stopped = false;

  /**
   * @param connect makes a client that is not yet connected
   * @param leaseMs the length of this instance's lease; 0: it never answers from memory, and holds none
   */
  constructor(
    private readonly database: Database,
    private readonly connect: () => Client,
    private readonly leaseMs: number,
  ) {
    super();
    this.watch = new LeaseWatch(leaseMs);
    this.sweep = new RevocationSweep(database);
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
    clearTimeout(this.retry);
    this.forget('everything');
    // A session that is being opened closes as soon as it is open, which may take longer than anybody wants to wait.
    await Promise.race([this.opening?.catch(() => undefined), delay(LONGEST_FAREWELL_MS, undefined, { ref: false })]);
    await this.session?.close();
  }

  mayServeFromMemory(): boolean {
    return this.session?.lease.isValid() ?? false;
  }

  statistics(): RevocationStatistics {
    return { leaseValid: this.mayServeFromMemory(), liveInstances: this.watch.size, waits: this.waits };
  }

  async announce(transaction: Transaction, revocations: readonly Revocation[]): Promise<Announcement> {
    // Whoever holds no lease still needs a session, to hear the others' acknowledgements.
    if (!this.session && this.leaseMs === 0) await this.open().catch(() => undefined);
    const { session } = this;
    const forget: Forgotten = revocations.length > MOST_NAMED ? 'everything' : revocations;
    const number = this.acknowledgements.expect();
    const from = session?.id ?? NOBODY;
    const message: RevocationMessage = { id: newId(), from, number, forget };
    transaction.queryAtCommit(keeping(message));
    return {
      forget: () => {
        this.forget(forget);
        this.acknowledgements.end(number);
        // It may have been committed, or be so only later: by another id, so that nobody takes it for what is read then.
        this.instances.ask({ ...message, id: newId() }).catch(() => undefined);
      },
      passed: async () => {
        const beginning = performance.now();
        this.forget(forget);
        await this.acknowledgements.of(number, await this.timesToWait(session, message));
        this.acknowledgements.end(number);
        this.waits.observe((performance.now() - beginning) / 1000);
        // Whoever holds a lease does so with each renewal.
        if (this.leaseMs === 0) void this.sweepAway();
      },
    };
  }

  async settle(revocations: readonly Revocation[]): Promise<void> {
    const announcement = await this.database.transaction((transaction) => this.announce(transaction, revocations));
    await announcement.passed();
  }

  async inspect(keyId: string): Promise<Inspection> {
    const accepted = this.acknowledgements.expect();
    const number = this.acknowledgements.expect();
    const message: InspectionMessage = { from: this.session?.id ?? NOBODY, inspect: keyId, accepted, number };
    const timesMs = await this.instances.ask(message);
    await this.acknowledgements.of(number, timesMs);
    const accepting = this.acknowledgements.by(accepted).size;
    const answered = this.acknowledgements.by(number);
    this.acknowledgements.end(accepted);
    this.acknowledgements.end(number);
    const unheard = [...timesMs.keys()].filter((id) => !answered.has(id));
    // Whoever could not renew its lease meanwhile answers nobody from memory.
    if (unheard.length > 0) await this.instances.ask();
    const silent = unheard.filter((id) => this.watch.remainingMs(id) > 0).length;
    return { accepted: accepting, refused: answered.size - accepting, silent };
  }

  /** @returns by instance, for how long from now it may still answer from memory. */
  private async tellAndLook(messages: readonly Message[]): Promise<ReadonlyMap<string, number>> {
    const told = messages.map((message) => JSON.stringify(message));
    const channel = this.channel(REVOCATIONS_CHANNEL);
    // What is revoked here is forgotten here already; how this instance answers, it is asked as the others are.
    const knowing = messages.some((message) => 'inspect' in message) ? NOBODY : (this.session?.id ?? NOBODY);
    const instances = await this.database.lookUp<SeenInstance>(TELL_AND_LOOK, [channel, told, knowing]);
    this.watch.see(instances);
    // In one go with having seen them: an older look that ends later must not come between.
    return new Map(instances.map(({ id }) => [id, this.watch.remainingMs(id)]));
  }

  /** By instance, how long its acknowledgement is waited for. This instance has forgotten already. */
  private async timesToWait(
    session: InstanceSession | undefined,
    message: RevocationMessage,
  ): Promise<ReadonlyMap<string, number>> {
    try {
      const timesMs = new Map(await this.instances.ask(message));
      if (session) timesMs.delete(session.id);
      return timesMs;
    } catch (error) {
      this.logger.warn({ message: 'A change waits until every lease has run out.', error: describeError(error) });
      return new Map([['whoever there is', this.watch.longestMs]]);
    }
  }

  private open(): Promise<void> {
    this.opening ??= this.openSession().finally(() => (this.opening = undefined));
    return this.opening;
  }

  private async openSession(): Promise<void> {
    const session = await InstanceSession.open(
      this.connect(),
      {
        onRevocation: (message) => this.carryOut(message),
        onMissed: (forgotten) => this.forget(forgotten),
        onAcknowledgement: ({ from, numbers }) => {
          for (const number of numbers) this.acknowledgements.note(number, from);
        },
        onInspection: (message) => void this.answer(message),
        onInstances: (instances) => this.see(instances),
        onEnd: (ended, error) => this.reopen(ended, error),
      },
      this.leaseMs,
      this.database.names,
    );
    try {
      await this.assertHearing(session);
      if (this.leaseMs > 0) await session.serve();
      if (this.stopped || session.isOver) throw new Error('The session ended as it began.');
    } catch (error) {
      await session.close();
      throw error;
    }
    const before = this.lastId;
    this.session = session;
    this.lastId = session.id;
    // What it knew was forgotten when it ended, so nobody need wait for it.
    if (before) await this.database.query('DELETE FROM latchkey_instances WHERE id = $1', [before]).catch(() => []);
  }

  private channel(name: string): string {
    return this.database.names.in(name);
  }

  /** A pooler may accept LISTEN and then deliver nothing. */
  private async assertHearing(session: InstanceSession): Promise<void> {
    const number = this.acknowledgements.expect();
    const message: AcknowledgementMessage = { from: session.id, numbers: [number] };
    const parameters = [this.channel(acknowledgementsChannel(session.id)), JSON.stringify(message)];
    await this.database.query('SELECT pg_notify($1, $2)', parameters);
    const hears = await this.acknowledgements.of(number, new Map([[session.id, LONGEST_DELIVERY_MS]]));
    this.acknowledgements.end(number);
    if (!hears) throw new Error(DEAF);
  }

  private carryOut(message: RevocationMessage): void {
    this.forget(message.forget);
    const { session } = this;
    if (session && message.from !== session.id && message.from !== NOBODY) session.acknowledge(message);
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

  private see(instances: readonly SeenInstance[]): void {
    this.watch.see(instances);
    for (const ended of this.watch.ended()) void this.remove(ended);
    void this.sweepAway();
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
      const sql = 'DELETE FROM latchkey_instances WHERE id = $1 AND renewals = $2 RETURNING id';
      const removed = await this.database.query(sql, [id, renewals]);
      if (removed.length > 0) this.logger.warn({ message: 'An instance is gone; its lease has ended.', instance: id });
    } catch (error) {
      this.logger.warn({ message: 'An instance that is gone is still listed.', error: describeError(error) });
    }
  }

  private reopen(ended: InstanceSession, error: unknown): void {
    // Whoever opens a session tries again if that fails; and another one may be open by the time it is over.
    if (ended !== this.session) return;
    this.session = undefined;
    this.forget('everything');
    if (this.stopped || this.leaseMs === 0) return;
    this.logger.warn({
      message: 'Keys are read from the database until revocations are heard again.',
      error: describeError(error),
    });
    this.openLater(SHORTEST_PAUSE_MS);
  }

  private openLater(pauseMs: number): void {
    if (this.stopped) return;
    clearTimeout(this.retry);
    this.retry = setTimeout(() => {
      this.open().then(
        () => this.logger.log('Revocations are heard again.'),
        () => this.openLater(Math.min(pauseMs * 2, LONGEST_PAUSE_MS)),
      );
    }, pauseMs).unref();
  }
}

type Message = RevocationMessage | InspectionMessage;

// The count is asked for so that everybody is told: what nothing reads is not run.
const TELL_AND_LOOK = {
  name: 'latchkey_tell_and_look',
  sql: `
    WITH told AS (
      SELECT pg_notify($1, message) FROM unnest($2::text[]) AS message
      WHERE EXISTS (SELECT 1 FROM latchkey_instances WHERE id <> $3)
    )
    ${SELECT_INSTANCES} WHERE (SELECT count(*) FROM told) >= 0`,
};
const NOBODY = '00000000-0000-0000-0000-000000000000';
