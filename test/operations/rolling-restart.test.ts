import { afterEach, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Child } from '../support/child-service.js';
import { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { RollingLoad } from '../support/rolling-load.js';
import { createStore, type Store } from '../support/stores.js';

// Longer than it takes to notice that an instance is not ready, also on a machine that has other things to do.
const DRAIN_MS = 2500;

interface Instance {
  url: string;
  child: Child;
}

describe('a rolling restart under load', () => {
  const operatorKey = generateKey('op');
  const children: Child[] = [];
  let store: Store | undefined;

  afterEach(async () => {
    await Promise.all(children.map((child) => child.dispose()));
    await store?.drop();
  });

  const start = async (script: string, args: string[]): Promise<Instance> => {
    const child = await Child.run(script, args, {
      PORT: '0',
      DATABASE_URL: store?.url ?? '',
      LATCHKEY_OPERATOR_KEY: operatorKey,
      LATCHKEY_DRAIN_MS: String(DRAIN_MS),
    });
    children.push(child);
    const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
    return { url, child };
  };

  it('loses no request: one that stops is not ready, and serves on', async () => {
    store = await createStore('postgres');
    const load = new RollingLoad(operatorKey);
    const single = await start('main.js', []);
    for (let clients = 0; clients < 6; clients += 1) load.addClient(clients % 2 === 0);
    await load.include(single.url);
    const workers = await start('cli/main.js', ['serve', '--workers', '2']);
    await load.include(workers.url);

    single.child.signal('SIGTERM');
    const anonymous = await Client.of(single.url);
    await eventually(
      'it is not ready',
      async () => (await anonymous.get('//health/ready')).status === 503 || undefined,
    );
    const ready = await anonymous.get('//health/ready').expect(503, 'service.stopping');
    const live = await anonymous.get('//health/live').expect(200);
    await anonymous.as(operatorKey).get('/workspace').expect(200);
    const first = await single.child.ended;
    const next = await start('main.js', []);
    await load.include(next.url);
    workers.child.signal('SIGTERM');
    const second = await workers.child.ended;
    await load.stop();

    expect(ready.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(live.headers.get('connection')).toBe('close');
    expect([first, second]).toEqual([first, second].map(() => expect.objectContaining({ code: 0, stderr: '' })));
    expect(load.failures).toEqual([]);
  });
});
