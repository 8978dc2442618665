import type { Socket } from 'node:net';
import type { Client, Notification } from 'pg';
import { newId } from '../common/ids.js';
import { Mutex } from '../database/mutex.js';
import type { TableNames } from '../database/table-names.js';
import { CommittedRevocations } from './committed-revocations.js';
import { Lease } from './lease.js';
import type { SeenInstance } from './lease-watch.js';
import {
  acknowledgementsChannel,
  parseAcknowledgement,
  parseInspection,
  parseRevocation,
  REVOCATIONS_CHANNEL,
  type AcknowledgementMessage,
  type InspectionMessage,
  type RevocationMessage,
} from './messages.js';
import type { Forgotten } from './revocations.js';

const RENEWALS_A_LEASE = 3;
/** How long the end of a session may take. */
export const LONGEST_FAREWELL_MS = 1000;

/** What a session tells whoever opened it. */
export interface SessionEvents {
  /** Some instance, perhaps this one, has revoked something. It must be forgotten before this returns. */
  onRevocation(message: RevocationMessage): void;
  /** The same, found when the lease was renewed: nobody told, or it was not heard yet. */
  onMissed(forgotten: Forgotten): void;
  onAcknowledgement(message: AcknowledgementMessage): void;
  /** Some instance, perhaps this one, asks whether this one accepts a key. */
  onInspection(message: InspectionMessage): void;
  /** All instances there are; about three times a lease. */
  onInstances(instances: SeenInstance[]): void;
  /** The session is over, and with it the lease. Called once. */
  onEnd(session: InstanceSession, error: unknown): void;
}

/**
 * A database session of its own that hears revocations, and holds the lease of this instance. A renewal counts once the
 * revocations that were committed before it have been read: so a lease that holds proves that nothing was missed.
 */
export class InstanceSession {
  readonly id = newId();
  readonly lease: Lease;
  private readonly turns = new Mutex();
  private readonly acknowledgements = new Map<string, number[]>();
  private readonly committed: CommittedRevocations;
  private sending = false;
  private timer: NodeJS.Timeout | undefined;
  private ended = false;

  private constructor(
    private readonly client: Client,
    private readonly events: SessionEvents,
    leaseMs: number,
    private readonly names: TableNames,
  ) {
    this.lease = new Lease(leaseMs);
    this.committed = new CommittedRevocations((sql, values) => client.query(names.in(sql), values), leaseMs);
    client.on('error', (error) => this.end(error));
    client.on('end', () => this.end(new Error('The connection was closed.')));
    client.on('notification', (notification) => this.hear(notification));
  }

  /**
   * Connects, and hears acknowledgements from then on.
   *
   * @param client not yet connected
   */
  static async open(
    client: Client,
    events: SessionEvents,
    leaseMs: number,
    names: TableNames,
  ): Promise<InstanceSession> {
    const session = new InstanceSession(client, events, leaseMs, names);
    try {
      await client.connect();
      await client.query(names.in(`LISTEN ${acknowledgementsChannel(session.id)}`));
      return session;
    } catch (error) {
      session.end(error);
      throw error;
    }
  }

  get isOver(): boolean {
    return this.ended;
  }

  /** Hears revocations too, and holds a lease from then on. */
  async serve(): Promise<void> {
    try {
      await this.client.query(this.names.in(`LISTEN ${REVOCATIONS_CHANNEL}`));
      const { milliseconds } = this.lease;
      const moment = Lease.moment();
      await this.client.query(
        this.names.in('INSERT INTO latchkey_instances (id, renewals, lease_ms, started_date) VALUES ($1, 0, $2, $3)'),
        [this.id, milliseconds, new Date().toISOString()],
      );
      await this.committed.read();
      if (!this.ended) this.lease.renew(moment);
      await this.look();
      this.renewLater(milliseconds);
    } catch (error) {
      this.end(error);
      throw error;
    }
  }

  /** Tells a session that what it asked for under this number has been carried out here. Sent together with others at hand. */
  acknowledge({ from, number }: Pick<RevocationMessage, 'from' | 'number'>): void {
    this.acknowledgements.set(from, [...(this.acknowledgements.get(from) ?? []), number]);
    if (!this.sending) void this.sendAcknowledgements();
  }

  /** Ends the session and the lease, and takes the instance off the list. */
  async close(): Promise<void> {
    clearTimeout(this.timer);
    this.lease.end();
    if (this.ended) return;
    this.ended = true;
    // Taken off only now that nothing is answered from memory: from here on no one waits for this instance.
    const leave = () => this.client.query(this.names.in('DELETE FROM latchkey_instances WHERE id = $1'), [this.id]);
    const impatience = setTimeout(() => disconnect(this.client), LONGEST_FAREWELL_MS);
    await this.turns.run(leave).catch(() => undefined);
    await this.client.end().catch(() => undefined);
    clearTimeout(impatience);
  }

  private renewLater(leaseMs: number): void {
    this.timer = setTimeout(() => {
      this.renew(leaseMs).then(
        () => this.renewLater(leaseMs),
        (error: unknown) => this.end(error),
      );
    }, leaseMs / RENEWALS_A_LEASE).unref();
  }

  private async renew(leaseMs: number): Promise<void> {
    // A connection that has gone silent is given up once the lease is over anyway.
    const deadline = setTimeout(() => this.end(new Error('The lease could not be renewed in time.')), leaseMs);
    try {
      await this.turns.run(async () => {
        const moment = Lease.moment();
        const { rowCount } = await this.client.query(
          this.names.in('UPDATE latchkey_instances SET renewals = renewals + 1 WHERE id = $1'),
          [this.id],
        );
        if (rowCount !== 1) throw new Error('The lease was not renewed for too long, and others took it for ended.');
        for (const forgotten of await this.committed.read()) this.events.onMissed(forgotten);
        if (!this.ended) this.lease.renew(moment);
        await this.look();
      });
    } finally {
      clearTimeout(deadline);
    }
  }

  private async look(): Promise<void> {
    const { rows } = await this.client.query<SeenInstance>(this.names.in(SELECT_INSTANCES));
    this.events.onInstances(rows);
  }

  private hear({ channel, payload }: Notification): void {
    if (this.ended) return;
    if (channel !== this.names.in(REVOCATIONS_CHANNEL)) {
      const acknowledgement = parseAcknowledgement(payload);
      if (acknowledgement) this.events.onAcknowledgement(acknowledgement);
      return;
    }
    const revocation = parseRevocation(payload);
    if (revocation) {
      this.events.onRevocation(revocation);
      this.committed.hear(revocation.id);
    }
    const inspection = parseInspection(payload);
    if (inspection) this.events.onInspection(inspection);
  }

  private async sendAcknowledgements(): Promise<void> {
    this.sending = true;
    try {
      while (this.acknowledgements.size > 0 && !this.ended) {
        const notifications = [...this.acknowledgements].map(([to, numbers]) => this.notification(to, numbers));
        this.acknowledgements.clear();
        // Nothing is lost with an acknowledgement but time, so it does not wait for the disk.
        const statements = `BEGIN; SET LOCAL synchronous_commit TO off; ${notifications.join(' ')} COMMIT`;
        await this.turns.run(() => this.client.query(statements));
      }
    } catch (error) {
      this.end(error);
    } finally {
      this.sending = false;
    }
  }

  private notification(to: string, numbers: number[]): string {
    const payload: AcknowledgementMessage = { from: this.id, numbers };
    const text = this.client.escapeLiteral(JSON.stringify(payload));
    return `SELECT pg_notify('${this.names.in(acknowledgementsChannel(to))}', ${text});`;
  }

  private end(error: unknown): void {
    clearTimeout(this.timer);
    this.lease.end();
    if (this.ended) return;
    this.ended = true;
    this.events.onEnd(this, error);
    disconnect(this.client);
  }
}

/** At once: a server that has gone silent would never answer a polite end. */
function disconnect(client: Client): void {
  client.end().catch(() => undefined);
  const { connection } = client as unknown as { connection?: { stream?: Socket } };
  connection?.stream?.destroy();
}

/** All instances, as {@link SeenInstance} rows. May be followed by a condition. */
export const SELECT_INSTANCES = 'SELECT id, renewals, lease_ms AS "leaseMs" FROM latchkey_instances';
