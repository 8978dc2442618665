import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { generateKey } from '../../../src/kernel/keys/key-format.js';
import { eventually } from '../../support/eventually.js';
import { IdentityProviderFixture } from '../../support/identity-provider.js';
import { createStore, type Store } from '../../support/stores.js';
import { compilePreload } from '../preload.js';
import { Instance } from './instance.js';

/** What the instances are started with. The default of the service. */
export const LEASE_MS = 2000;

const SLEWED_CLOCK = join('test', 'faults', 'linearizability', 'slewed-clock.c');

export interface ClusterOptions {
  /** Whether the third instance remembers nothing. */
  modest?: boolean;
  /** How much faster the clocks of each instance run than this process's, in parts per million. */
  slews?: readonly number[];
}

/** Three instances of the service on one PostgreSQL. */
export class Cluster {
  readonly operatorKey = generateKey('op');
  readonly instances: Instance[] = [];

  private constructor(
    readonly databaseUrl: string,
    private readonly store: Store | undefined,
    readonly people: IdentityProviderFixture,
    private readonly folder: string,
  ) {}

  /** @param databaseUrl an empty database; without one, one of its own on the server of the tests */
  static async start(databaseUrl?: string, { modest = false, slews }: ClusterOptions = {}): Promise<Cluster> {
    const store = databaseUrl === undefined ? await createStore('postgres') : undefined;
    const people = await IdentityProviderFixture.start();
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-cluster-'));
    const cluster = new Cluster(databaseUrl ?? store?.url ?? '', store, people, folder);
    try {
      const clock = slews && (await compilePreload(SLEWED_CLOCK, folder));
      const start = (number: number, more: Record<string, string> = {}) =>
        cluster.startInstance(number, {
          ...more,
          ...(clock !== undefined && { LD_PRELOAD: clock, SLEW_PPM: String(slews?.[number - 1] ?? 0) }),
        });
      // The first one makes the schema.
      cluster.instances.push(await start(1));
      const third = start(3, modest ? { LATCHKEY_CACHE_SIZE: '0' } : {});
      cluster.instances.push(...(await Promise.all([start(2), third])));
      return cluster;
    } catch (error) {
      await cluster.dispose();
      throw error;
    }
  }

  async areReady(withinMs: number): Promise<void> {
    await Promise.all(this.instances.map((instance) => instance.isReady(withinMs)));
  }

  private startInstance(number: number, more: Record<string, string>): Promise<Instance> {
    const variables = {
      LATCHKEY_OPERATOR_KEY: this.operatorKey,
      LATCHKEY_LEASE_MS: String(LEASE_MS),
      ...this.people.variables,
      ...more,
    };
    return Instance.start(`instance ${number}`, this.databaseUrl, variables);
  }

  /** Resolves once every instance that may answer from memory does. */
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
          const remembering = this.instances.filter(({ remembers }) => remembers);
          return (now.size === remembering.length && renewed.length === now.size) || undefined;
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
    await rm(this.folder, { recursive: true, force: true });
  }
}
