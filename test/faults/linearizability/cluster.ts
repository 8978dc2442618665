import pg from 'pg';
import { generateKey } from '../../../src/common/key-format.js';
import { eventually } from '../../support/eventually.js';
import { IdentityProviderFixture } from '../../support/identity-provider.js';
import { createStore, type Store } from '../../support/stores.js';
import { Instance } from './instance.js';

/** What the instances are started with. The default of the service. */
export const LEASE_MS = 2000;

/** Three instances of the service on one PostgreSQL. */
export class Cluster {
  readonly operatorKey = generateKey('op');
  readonly instances: Instance[] = [];

  private constructor(
    readonly databaseUrl: string,
    private readonly store: Store | undefined,
    readonly people: IdentityProviderFixture,
  ) {}

  /** @param databaseUrl an empty database; without one, one of its own on the server of the tests */
  static async start(databaseUrl?: string): Promise<Cluster> {
    const store = databaseUrl === undefined ? await createStore('postgres') : undefined;
    const people = await IdentityProviderFixture.start();
    const cluster = new Cluster(databaseUrl ?? store?.url ?? '', store, people);
    try {
      // The first one makes the schema.
      cluster.instances.push(await cluster.startInstance(1));
      cluster.instances.push(...(await Promise.all([cluster.startInstance(2), cluster.startInstance(3)])));
      return cluster;
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
  }

  async areReady(withinMs: number): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.isReady(withinMs)));
  }

  private startInstance(number: number): Promise<Instance> {
    const variables = {
      LATCHKEY_OPERATOR_KEY: this.operatorKey,
      LATCHKEY_LEASE_MS: String(LEASE_MS),
      ...this.people.variables,
    };
    return Instance.start(`instance ${number}`, this.databaseUrl, variables);
  }

  /** Resolves once every instance holds its lease, and so answers from memory. */
  async holdLeases(withinMs: number): Promise<void> {
    const client = new pg.Client(this.databaseUrl);
    await client.connect();
    try {
      const renewals = async () => {
        const { rows } = await client.query<{ id: string; renewals: number }>(
          'SELECT id, renewals FROM latchkey_instances',
        );
        return new Map(rows.map((row) => [row.id, row.renewals]));
      };
      const before = await renewals();
      await eventually(
        'every instance holds a lease',
        async () => {
          const now = await renewals();
          const renewed = [...now].filter(([id, count]) => count > (before.get(id) ?? 0));
          return (now.size === this.instances.length && renewed.length === now.size) || undefined;
        },
        withinMs,
      );
    } finally {
      await client.end();
    }
  }

  async dispose(): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.dispose()));
    await this.people.stop();
    await this.store?.drop();
  }
}
