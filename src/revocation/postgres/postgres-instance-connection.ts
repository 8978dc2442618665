import type { Socket } from 'node:net';
import type { Client } from 'pg';
import { Mutex } from '../../database/sqlite/mutex.js';
import type { TableNames } from '../../database/table-names.js';
import type { SeenInstance } from '../instances/lease-watch.js';
import type { LoggedRevocation, Reading } from '../revocation-log.js';
import type { ConnectionListener, InstanceConnection } from '../revocation-store.js';

/** All instances, as {@link SeenInstance} rows. May be followed by a condition. */
export const SELECT_INSTANCES = 'SELECT id, renewals, lease_ms AS "leaseMs" FROM latchkey_instances';

// In the order of their numbers transactions begin, not commit: what counts is whether the last reading could see one.
const READ_LOG = `
  SELECT txid_current_snapshot()::text AS snapshot,
    COALESCE((SELECT json_agg(json_build_object('id', id, 'eviction', eviction::json)) FROM latchkey_revocations
      WHERE xid >= txid_snapshot_xmin($1::txid_snapshot) AND NOT txid_visible_in_snapshot(xid, $1::txid_snapshot)
    ), '[]') AS committed`;

/** A client of PostgreSQL outside of every pool. */
export class PostgresInstanceConnection implements InstanceConnection {
  private readonly turns = new Mutex();
  /** By what they are called in the database. */
  private readonly channels = new Map<string, string>();

  /** @param client not yet connected */
  constructor(
    private readonly client: Client,
    private readonly names: TableNames,
  ) {}

  async connect(listener: ConnectionListener): Promise<void> {
    const { client } = this;
    client.on('error', (error) => listener.onEnd(error));
    client.on('end', () => listener.onEnd(new Error('The connection was closed.')));
    client.on('notification', ({ channel, payload }) =>
      listener.onNotification(this.channels.get(channel) ?? channel, payload),
    );
    await client.connect();
  }

  async listen(channel: string): Promise<void> {
    this.channels.set(this.names.in(channel), channel);
    await this.run(`LISTEN ${channel}`);
  }

  async register({ id, renewals, leaseMs }: SeenInstance): Promise<void> {
    const insert = 'INSERT INTO latchkey_instances (id, renewals, lease_ms, started_date) VALUES ($1, $2, $3, $4)';
    await this.run(insert, [id, renewals, leaseMs, new Date().toISOString()]);
  }

  async renew(instanceId: string): Promise<boolean> {
    const { rowCount } = await this.run('UPDATE latchkey_instances SET renewals = renewals + 1 WHERE id = $1', [
      instanceId,
    ]);
    return rowCount === 1;
  }

  async readLog(snapshot: string | null): Promise<Reading> {
    const { rows } = await this.run<{ snapshot: string; committed: LoggedRevocation[] }>(READ_LOG, [snapshot]);
    const [reading] = rows;
    if (!reading) throw new Error('The statement always returns a row.');
    return reading;
  }

  async list(): Promise<SeenInstance[]> {
    return (await this.run<SeenInstance>(SELECT_INSTANCES)).rows;
  }

  async notify(messages: readonly { channel: string; message: string }[]): Promise<void> {
    const notifications = messages.map(
      ({ channel, message }) => `SELECT pg_notify('${this.names.in(channel)}', ${this.client.escapeLiteral(message)});`,
    );
    await this.run(`BEGIN; SET LOCAL synchronous_commit TO off; ${notifications.join(' ')} COMMIT`);
  }

  async leave(instanceId: string): Promise<void> {
    await this.run('DELETE FROM latchkey_instances WHERE id = $1', [instanceId]);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  destroy(): void {
    this.client.end().catch(() => undefined);
    const { connection } = this.client as unknown as { connection?: { stream?: Socket } };
    connection?.stream?.destroy();
  }

  private run<Row extends object>(sql: string, values: unknown[] = []) {
    return this.turns.run(() => this.client.query<Row>(this.names.in(sql), values));
  }
}
