import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { DatabaseSwitch } from '../support/database-switch.js';
import { eventually } from '../support/eventually.js';
import { startPostgres } from '../support/postgres-server.mjs';
import { uniqueName } from '../support/service.js';
import { Cluster } from './linearizability/cluster.js';
import type { Instance } from './linearizability/instance.js';

const LONGEST_MS = 300_000;
const TIMEOUT_MS = 30_000;
const RETRY_MS = 20;
const KEYS_BEFORE = 30;
const RECOVERY_MS = 60_000;

type Answer = { status: number; body: Record<string, unknown> };

interface ChangedKey {
  id: string;
  secret: string;
  isDeleted: boolean;
}

/** Makes keys on every instance all the time, and deletes every other one. */
class Changes {
  /** Those of which all changes were answered with success. */
  readonly keys: ChangedKey[] = [];
  /** When changes were answered with success. */
  readonly madeAt: number[] = [];
  /** How often changes were answered otherwise. */
  readonly refusals: Record<string, number> = {};
  private isOver = false;
  private readonly changing: Promise<void>[];

  private constructor(
    private readonly operatorKey: string,
    instances: readonly Instance[],
    private readonly workspace: string,
  ) {
    this.changing = instances.map((instance) => this.keepChanging(instance));
  }

  static async begin({ operatorKey, instances }: Cluster): Promise<Changes> {
    const body = { name: uniqueName('Workspace') };
    const made = await send(instances[0]!, 'POST', '/workspace', bearer(operatorKey), body);
    return new Changes(operatorKey, instances, String(made?.body['id']));
  }

  async end(): Promise<void> {
    this.isOver = true;
    await Promise.all(this.changing);
  }

  private async keepChanging(instance: Instance): Promise<void> {
    for (let isToDelete = false; !this.isOver; isToDelete = !isToDelete) {
      const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'] };
      const created = await this.change(instance, 'POST', '/apikey', body);
      const id = String(created?.body['id']);
      // What is answered otherwise may have been made or not.
      const isKnown = created && (!isToDelete || (await this.change(instance, 'DELETE', `/apikey/${id}`)));
      if (isKnown) this.keys.push({ id, secret: String(created.body['apiKey']), isDeleted: isToDelete });
      else await setTimeout(RETRY_MS);
    }
  }

  /** @returns undefined unless it was made */
  private async change(
    instance: Instance,
    method: 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<Answer | undefined> {
    const headers = { ...bearer(this.operatorKey), 'x-workspace-id': this.workspace };
    const answer = await send(instance, method, path, headers, body);
    if (answer?.status === 200 || answer?.status === 201) {
      this.madeAt.push(performance.now());
      return answer;
    }
    const refusal = answer ? `${answer.status} ${String(answer.body['code'])}` : 'no answer';
    this.refusals[refusal] = (this.refusals[refusal] ?? 0) + 1;
    return undefined;
  }
}

describe('a failover to a synchronous standby', () => {
  let server: Awaited<ReturnType<typeof startPostgres>>;
  let standby: Awaited<ReturnType<typeof server.startSynchronousStandby>>;
  let balancer: DatabaseSwitch;
  let cluster: Cluster;

  beforeAll(async () => {
    server = await startPostgres();
    standby = await server.startSynchronousStandby();
    balancer = await DatabaseSwitch.before(server.url);
    cluster = await Cluster.start(balancer.url);
  }, LONGEST_MS);

  afterAll(async () => {
    await cluster.dispose();
    await balancer.close();
    await server.stop();
  });

  it(
    'loses nothing that was answered, and all is well by itself',
    async () => {
      const changes = await Changes.begin(cluster);
      await eventually('keys are made and deleted', () => changes.keys.length >= KEYS_BEFORE || undefined);

      const gone = performance.now();
      const before = changes.keys.length;
      await server.halt('immediate');
      await standby.promote();
      balancer.leadTo(standby.url);
      const promoted = performance.now();
      const changed = await eventually(
        'a change is made again',
        () => changes.madeAt.find((at) => at > promoted),
        RECOVERY_MS,
      );
      await cluster.areReady(RECOVERY_MS);
      const ready = performance.now();
      await changes.end();

      const [promotedMs, changedMs, readyMs] = [promoted, changed, ready].map((at) => Math.round(at - gone));
      process.stdout.write(
        `failover to a synchronous standby: promoted after ${promotedMs} ms, a change made after ${changedMs} ms, all instances ` +
          `after ${readyMs} ms; ${before} keys before, ${changes.keys.length} in all; ${JSON.stringify(changes.refusals)}\n`,
      );
      const wrong: string[] = [];
      for (const { id, secret, isDeleted } of changes.keys) {
        for (const instance of cluster.instances) {
          const answer = await send(instance, 'GET', '/me', bearer(secret));
          if (answer?.status !== (isDeleted ? 401 : 200)) wrong.push(`${id}, ${isDeleted}: ${JSON.stringify(answer)}`);
        }
      }
      expect(wrong).toEqual([]);
      expect(before).toBeGreaterThan(0);
      expect(Object.keys(changes.refusals).filter((refusal) => !refusal.startsWith('503 '))).toEqual([]);
    },
    LONGEST_MS,
  );
});

async function send(
  { caller }: Instance,
  method: 'GET' | 'POST' | 'DELETE',
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer | undefined> {
  return (await caller.ask({ method, path, headers, ...(body && { body }), timeoutMs: TIMEOUT_MS })).answer;
}

function bearer(secret: string): Record<string, string> {
  return { authorization: `Bearer ${secret}` };
}
