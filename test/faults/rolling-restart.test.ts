import { afterAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Child } from '../support/child-service.js';
import { RollingLoad } from '../support/rolling-load.js';
import { createStore, type Store } from '../support/stores.js';
import { numberFrom } from './environment.js';

const INSTANCES = 3;
const CLIENTS = 12;
const RESTARTS = numberFrom('FAULT_RESTARTS', 6);
const DRAIN_MS = 2500;
const LONGEST_MS = 20 * 60_000;

interface Instance {
  url: string;
  child: Child;
}

describe('three instances that are restarted in turn under load', () => {
  const operatorKey = generateKey('op');
  const instances: Instance[] = [];
  let store: Store | undefined;

  afterAll(async () => {
    await Promise.all(instances.map(({ child }) => child.dispose()));
    await store?.drop();
  });

  async function start(): Promise<Instance> {
    const child = await Child.run('main.js', [], {
      PORT: '0',
      DATABASE_URL: store?.url ?? '',
      LATCHKEY_OPERATOR_KEY: operatorKey,
      LATCHKEY_DRAIN_MS: String(DRAIN_MS),
    });
    const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
    return { url, child };
  }

  it(
    'lose no request',
    async () => {
      store = await createStore('postgres');
      const load = new RollingLoad(operatorKey);
      for (let count = 0; count < INSTANCES; count += 1) instances.push(await start());
      for (let clients = 0; clients < CLIENTS; clients += 1) load.addClient(clients % 2 === 0);
      for (const { url } of instances) await load.include(url);
      for (let restart = 0; restart < RESTARTS; restart += 1) {
        const stopped = instances.shift();
        stopped?.child.signal('SIGTERM');
        expect(await stopped?.child.ended).toMatchObject({ code: 0 });
        await stopped?.child.dispose();
        const next = await start();
        instances.push(next);
        await load.include(next.url);
      }
      await load.stop();
      process.stdout.write(
        `rolling restart: ${RESTARTS} restarts, ${load.answers} answers, ${load.failures.length} failures, ` +
          `longest time without an answer ${Math.round(load.longestGapMs)} ms\n`,
      );
      expect(load.failures).toEqual([]);
    },
    LONGEST_MS,
  );
});
