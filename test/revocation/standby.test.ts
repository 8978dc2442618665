import { afterAll, beforeAll, describe, it } from '@jest/globals';
import pg from 'pg';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { CommandLine } from '../support/command-line.js';
import { DatabaseSwitch } from '../support/database-switch.js';
import { eventually } from '../support/eventually.js';
import { startPostgres } from '../support/postgres-server.mjs';
import { createWorkspace, startInstance, type RunningService } from '../support/service.js';
import type { Store } from '../support/stores.js';

describe('an instance whose look-ups a balancer leads to a standby', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let standby: Awaited<ReturnType<typeof server.startSynchronousStandby>>;
  let balancer: DatabaseSwitch;
  let store: Store;
  let here: RunningService;
  let led: RunningService;

  beforeAll(async () => {
    server = await startPostgres();
    standby = await server.startSynchronousStandby();
    balancer = await DatabaseSwitch.before(server.url);
    store = { kind: 'postgres', url: server.url, drop: () => server.stop() };
    here = await startInstance({ store, operatorKey: generateKey('op') });
    // It remembers nothing, so that every use of a key is a look-up.
    led = await startInstance({ ...here, store: { ...store, url: balancer.url } }, { LATCHKEY_CACHE_SIZE: '0' });
  });

  afterAll(async () => {
    await led.stop();
    await here.stop();
    await balancer.close();
    await store.drop();
  });

  it('503: accepts neither a key nor an operator there, of which it may not have heard yet that they are deleted', async () => {
    const commandLine = new CommandLine(store);
    const workspace = await createWorkspace(here);
    const key = await workspace.keyWith('apikeys:view');
    const { key: operatorKey } = await commandLine.json('operator', 'create', '--name', 'ann');
    const bearers = [key.secret, String(operatorKey)].map((secret) => led.anonymous.as(secret));
    for (const bearer of bearers) await bearer.get('/me').expect(200);
    // What it has received is kept, and not seen.
    await stopReplay(standby.url);

    await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
    await commandLine.json('operator', 'delete', 'ann', '--yes');
    balancer.leadTo(standby.url);

    for (const bearer of bearers) await bearer.get('/me').expect(503, 'store.unavailable');
    balancer.leadTo(server.url);
    for (const bearer of bearers) await bearer.get('/me').expect(401);
  });
});

async function stopReplay(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    await client.query('SELECT pg_wal_replay_pause()');
    await eventually('it replays nothing', async () => {
      const { rows } = await client.query<{ state: string }>('SELECT pg_get_wal_replay_pause_state() AS state');
      return rows[0]?.state === 'paused' || undefined;
    });
  } finally {
    await client.end();
  }
}
