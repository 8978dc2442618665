import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startPostgres } from '../support/postgres-server.mjs';
import { Cluster, LEASE_MS } from './linearizability/cluster.js';
import { observeOutage, type Outage } from './linearizability/outage.js';
import { BOTH_WAYS, PASS, REFUSE, type ProxyMode } from './linearizability/tcp-proxy.js';

const LONGEST_MS = 180_000;
/** A database that says nothing is given up after two seconds; the rest is for a slow machine. */
const LONGEST_LOOK_UP_MS = 2000 + 1000;
/** Nor does anybody wait longer for a new connection than five seconds. */
const LONGEST_503_MS = 5000 + LONGEST_LOOK_UP_MS;
const LONGEST_RECOVERY_MS = 10_000;

const CUTS: readonly (readonly [string, ProxyMode])[] = [
  ['is not to be reached', REFUSE],
  ['neither hears nor is heard', { kind: 'swallow', directions: BOTH_WAYS }],
  ['does not hear', { kind: 'swallow', directions: ['to-server'] }],
  ['is not heard', { kind: 'swallow', directions: ['to-client'] }],
  ['is heard late', { kind: 'stall', directions: BOTH_WAYS }],
];

describe('with the database down', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let cluster: Cluster;

  beforeAll(async () => {
    server = await startPostgres();
    cluster = await Cluster.start(server.url);
  }, LONGEST_MS);

  afterAll(async () => {
    await cluster.dispose();
    await server.stop();
  });

  function check(what: string, { others, ...times }: Outage): void {
    const rounded = Object.entries(times).map(([name, milliseconds]) => `${name} ${Math.round(milliseconds)} ms`);
    process.stdout.write(`the database ${what}: ${rounded.join(', ')}\n`);
    expect(others).toEqual([]);
    expect(times.lastAccepted).toBeLessThan(LEASE_MS);
    expect(times.first503).toBeLessThan(LEASE_MS + LONGEST_LOOK_UP_MS);
    expect(times.slowest503).toBeLessThan(LONGEST_503_MS);
    expect(times.recovered).toBeLessThan(LONGEST_RECOVERY_MS);
  }

  it.each(CUTS)(
    'memory answers no longer than the lease, then 503, and then all is well by itself: it %s',
    async (what, mode) => {
      const instance = cluster.instances[0]!;
      const outage = await observeOutage(
        cluster,
        instance,
        () => instance.proxy.set(mode),
        () => instance.proxy.set(PASS),
      );
      check(what, outage);
    },
    LONGEST_MS,
  );

  it.each(['fast', 'immediate'] as const)(
    'memory answers no longer than the lease, then 503, and then all is well by itself: it is stopped, %s',
    async (how) => {
      const outage = await observeOutage(
        cluster,
        cluster.instances[0]!,
        () => server.halt(how),
        () => server.resume(),
      );
      check(`is stopped, ${how}`, outage);
    },
    LONGEST_MS,
  );
});
