import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { generateKey } from '../../src/common/key-format.js';
import { Child } from '../support/child-service.js';
import { Client } from '../support/client.js';
import { eventually } from '../support/eventually.js';
import { createStore, type Store } from '../support/stores.js';

// Longer than it takes to notice that an instance is not ready, also on a machine that has other things to do.
const DRAIN_MS = 2500;
const LOOK_MS = 20;
const PAUSE_MS = 10;

interface Instance {
  url: string;
  child: Child;
}

/** Sends every request once, to an instance that was ready at the last look. */
class Load {
  readonly failures: string[] = [];
  private readonly ready = new Set<string>();
  private readonly answered = new Map<string, number>();
  private readonly running: Promise<void>[] = [];
  private turn = 0;
  private over = false;

  constructor(private readonly key: string) {}

  /** @returns once the instance gets requests. */
  async include(url: string): Promise<void> {
    this.running.push(this.watch(url));
    await eventually(`${url} answers`, () => this.answered.get(url));
  }

  /** Adds a client that sends one request after the other. */
  addClient(keepAlive: boolean): void {
    this.running.push(this.send(new Agent({ keepAlive, maxSockets: 1 })));
  }

  async stop(): Promise<void> {
    this.over = true;
    await Promise.all(this.running);
  }

  private async watch(url: string): Promise<void> {
    while (!this.over) {
      const isReady = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } }).then(
        ({ ok }) => ok,
        () => false,
      );
      if (isReady) this.ready.add(url);
      else this.ready.delete(url);
      await setTimeout(LOOK_MS);
    }
  }

  private async send(agent: Agent): Promise<void> {
    while (!this.over) {
      const urls = [...this.ready];
      const url = urls[(this.turn += 1) % urls.length];
      if (url !== undefined) await this.sendTo(url, agent);
      // The machine has instances to start meanwhile.
      await setTimeout(PAUSE_MS);
    }
    agent.destroy();
  }

  private sendTo(url: string, agent: Agent): Promise<void> {
    return new Promise((resolve) => {
      const fail = (reason: string): void => {
        this.failures.push(reason);
        resolve();
      };
      const headers = { authorization: `Bearer ${this.key}` };
      const sent = request(`${url}/api/v1/workspace`, { agent, headers }, (answer) => {
        answer.on('error', (error) => fail(`cut: ${error.message}`));
        answer.resume().on('end', () => {
          if (answer.statusCode !== 200) fail(`status ${answer.statusCode}`);
          this.answered.set(url, (this.answered.get(url) ?? 0) + 1);
          resolve();
        });
      });
      sent.on('error', (error) => fail(`lost: ${error.message}`));
      sent.end();
    });
  }
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
    const load = new Load(operatorKey);
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
