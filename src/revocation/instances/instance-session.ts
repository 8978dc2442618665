import { newId } from '../../kernel/ids.js';
import type { Time } from '../../kernel/time.js';
import { Lease, type Moment } from './lease.js';
import type { SeenInstance } from './lease-watch.js';
import {
  acknowledgementsChannel,
  NO_INSTANCE,
  parseAcknowledgement,
  parseInspection,
  parseRevocation,
  parseWriteRequest,
  REVOCATIONS_CHANNEL,
  type AcknowledgementMessage,
  type InspectionMessage,
  type RevocationMessage,
  type WriteRequest,
} from './messages.js';
import { RevocationLog } from '../revocation-log.js';
import type { InstanceConnection, RevocationStore } from '../revocation-store.js';
import type { Eviction } from '../revocations.js';

const RENEWALS_A_LEASE = 3;
/** How long the end of a session may take. */
export const LONGEST_FAREWELL_MS = 1000;

/** What a session tells the one that opened it. */
export interface SessionEvents {
  /** Some instance, perhaps this one, has revoked something. It must be evicted before this returns: it is acknowledged then. */
  onRevocation(message: RevocationMessage): void;
  /** The same, found when the lease was renewed: its notification was not sent, or not heard yet. */
  onMissed(eviction: Eviction): void;
  onAcknowledgement(message: AcknowledgementMessage): void;
  /** Some instance, perhaps this one, asks whether this one accepts a key. */
  onInspection(message: InspectionMessage): void;
  /** Some other instance asks this one to write down what it has counted. */
  onWriteRequest(message: WriteRequest): void;
  /** All instances there are; about three times a lease. */
  onInstances(instances: SeenInstance[]): void;
  /** Whether the database would lose what it acknowledges in a power cut, and why; about three times a lease. */
  onWeakness(weakness: string | undefined): void;
  /** The session is over, and with it the lease. Called once. */
  onEnd(session: InstanceSession, error: unknown): void;
}

/** The database that look-ups read is not the one that this instance hears: another one, a standby, or a deposed primary. */
export class ElsewhereError extends Error {
  constructor() {
    super(
      'The pool reads another database than the one that revocations are heard from, or an older state of it: ' +
        'DATABASE_URL and LATCHKEY_DIRECT_URL (the data source and the option directUrl) must lead to the same primary server.',
    );
  }
}

/**
 * A database session that hears revocations, and holds the lease of this instance. A renewal counts once the revocations
 * that were committed before it have been read, and once it is seen where look-ups read: so a lease that holds proves that
 * nothing was missed.
 */
export class InstanceSession {
  readonly id = newId();
  readonly lease: Lease;
  private readonly acknowledgements = new Map<string, number[]>();
  private readonly log: RevocationLog;
  private sending = false;
  private renewals = 0;
  /** When; undefined until it was seen where look-ups read. */
  private registered: Moment | undefined;
  private cancelRenewal: () => void = () => undefined;
  private ended = false;

  private constructor(
    private readonly connection: InstanceConnection,
    private readonly store: Pick<RevocationStore, 'readBack'>,
    private readonly events: SessionEvents,
    leaseMs: number,
    private readonly time: Time,
  ) {
    this.lease = new Lease(leaseMs, time);
    this.log = new RevocationLog((snapshot) => connection.readLog(snapshot), leaseMs, time);
  }

  /**
   * Connects, and hears acknowledgements from then on.
   *
   * @param connection not yet connected
   */
  static async open(
    connection: InstanceConnection,
    store: Pick<RevocationStore, 'readBack'>,
    events: SessionEvents,
    leaseMs: number,
    time: Time,
  ): Promise<InstanceSession> {
    const session = new InstanceSession(connection, store, events, leaseMs, time);
    try {
      await connection.connect({
        onNotification: (channel, payload) => session.hear(channel, payload),
        onEnd: (error) => session.end(error),
      });
      await connection.listen(acknowledgementsChannel(session.id));
      return session;
    } catch (error) {
      session.end(error);
      throw error;
    }
  }

  get isOver(): boolean {
    return this.ended;
  }

  /**
   * Hears revocations too, and is on the list from then on: others wait for it, until its lease would have run out. If this
   * fails, it is to be closed, which takes it off the list.
   *
   * @throws {ElsewhereError} if look-ups do not see that: at once, whatever else is still to be found out
   */
  async register(): Promise<void> {
    const { id, connection } = this;
    await connection.listen(REVOCATIONS_CHANNEL);
    const moment = this.lease.moment();
    await connection.register({ id, renewals: 0, leaseMs: this.lease.milliseconds });
    await this.log.read();
    if (await this.isSeen()) this.registered = moment;
  }

  /** Holds a lease from then on; it began when this was registered. */
  async serve(): Promise<void> {
    if (this.registered !== undefined && !this.ended) this.lease.renew(this.registered);
    this.events.onInstances(await this.connection.list());
    this.renewLater();
  }

  /** Tells a session that what it asked for under this number has been carried out here. Sent together with others at hand. */
  acknowledge({ from, number }: Pick<RevocationMessage, 'from' | 'number'>): void {
    this.acknowledgements.set(from, [...(this.acknowledgements.get(from) ?? []), number]);
    if (!this.sending) void this.sendAcknowledgements();
  }

  /** Ends the session and the lease, and takes the instance off the list. */
  async close(): Promise<void> {
    const { connection } = this;
    this.cancelRenewal();
    this.lease.end();
    if (this.ended) return;
    this.ended = true;
    const cancel = this.time.after(LONGEST_FAREWELL_MS, () => connection.destroy(), 'process');
    // Taken off only now that nothing is answered from memory: from here on no one waits for this instance.
    await connection.leave(this.id).catch(() => undefined);
    await connection.close().catch(() => undefined);
    cancel();
  }

  private renewLater(): void {
    const renew = (): void =>
      void this.renew().then(
        () => this.renewLater(),
        (error: unknown) => this.end(error),
      );
    if (!this.ended) this.cancelRenewal = this.time.after(this.lease.milliseconds / RENEWALS_A_LEASE, renew, 'nothing');
  }

  private async renew(): Promise<void> {
    // A connection that has gone silent is given up once the lease is over anyway.
    const tooLate = (): void => this.end(new Error('The lease could not be renewed in time.'));
    const cancel = this.time.after(this.lease.milliseconds, tooLate, 'process');
    try {
      const moment = this.lease.moment();
      if (!(await this.connection.renew(this.id))) {
        throw new Error('The lease was not renewed for too long, and others took it for ended.');
      }
      this.renewals += 1;
      for (const eviction of await this.log.read()) this.events.onMissed(eviction);
      if ((await this.isSeen()) && !this.ended) this.lease.renew(moment);
      this.events.onInstances(await this.connection.list());
    } finally {
      cancel();
    }
  }

  /**
   * @returns false if that cannot be told now: the lease is not renewed then, and goes on if it is told before its end.
   * @throws {ElsewhereError} if look-ups do not see this instance's last renewal.
   */
  private async isSeen(): Promise<boolean> {
    const seen = await this.store.readBack(this.id).catch(() => undefined);
    if (!seen) return false;
    if (seen.renewals !== this.renewals) throw new ElsewhereError();
    this.events.onWeakness(seen.weakness);
    return true;
  }

  private hear(channel: string, payload: string | undefined): void {
    if (this.ended) return;
    if (channel !== REVOCATIONS_CHANNEL) {
      const acknowledgement = parseAcknowledgement(payload);
      if (acknowledgement) this.events.onAcknowledgement(acknowledgement);
      return;
    }
    const revocation = parseRevocation(payload);
    if (revocation) {
      this.events.onRevocation(revocation);
      this.log.hear(revocation.id);
      if (revocation.from !== this.id && revocation.from !== NO_INSTANCE) this.acknowledge(revocation);
    }
    const inspection = parseInspection(payload);
    if (inspection) this.events.onInspection(inspection);
    const request = parseWriteRequest(payload);
    if (request && request.from !== this.id) this.events.onWriteRequest(request);
  }

  private async sendAcknowledgements(): Promise<void> {
    this.sending = true;
    try {
      while (this.acknowledgements.size > 0 && !this.ended) {
        const messages = [...this.acknowledgements].map(([to, numbers]) => this.messageTo(to, numbers));
        this.acknowledgements.clear();
        // Nothing is lost with an acknowledgement but time, so it does not wait for the disk.
        await this.connection.notify(messages);
      }
    } catch (error) {
      this.end(error);
    } finally {
      this.sending = false;
    }
  }

  private messageTo(to: string, numbers: number[]): { channel: string; message: string } {
    const message: AcknowledgementMessage = { from: this.id, numbers };
    return { channel: acknowledgementsChannel(to), message: JSON.stringify(message) };
  }

  private end(error: unknown): void {
    this.cancelRenewal();
    this.lease.end();
    if (this.ended) return;
    this.ended = true;
    this.events.onEnd(this, error);
    this.connection.destroy();
  }
}
