import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { Child } from '../support/child-service.js';
import { CommandLine } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/metrics.js';
import { freePort } from '../support/postgres-server.mjs';
import { createStore, type Store } from '../support/stores.js';
import { isAlive, WorkerService } from '../support/worker-service.js';
import { holdWorkspaces } from '../support/write-lock.js';

const TIMEOUT_MS = 180_000;

describe('latchkey serve --workers', () => {
  describe('that cannot start', () => {
    let store: Store;

    afterEach(() => store.drop());

    it.each(['0', '65', '-1', '1.5', '1e1', 'two', ''])('2: %j is no number of workers', async (workers) => {
      store = await createStore('sqlite');

      const { code, stdout, stderr } = await new CommandLine(store).run('serve', '--workers', workers);

      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/^latchkey: option '--workers <number>' .*It must be a number from 1 to 64, or auto\.\n/);
    });

    it.each(['1', '2', 'auto'])('1: SQLite is served by one process (%s)', async (workers) => {
      store = await createStore('sqlite');

      const { code, stdout, stderr } = await new CommandLine(store).run('serve', '--workers', workers);

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^latchkey: --workers needs PostgreSQL.*\n$/);
      expect(existsSync(store.url.replace('sqlite:', ''))).toBe(false);
    });

    const failToStart = async (variables: Record<string, string>) => {
      const child = await Child.run('cli/main.js', ['serve', '--workers', '3'], { PORT: '0', ...variables });
      const ending = await child.ended;
      await child.dispose();
      return ending;
    };

    it('1: a PostgreSQL that cannot be reached is one line, whatever the number of workers', async () => {
      store = await createStore('postgres');

      const ending = await failToStart({ DATABASE_URL: 'postgres://app:hunter2secret@127.0.0.1:1/app' });

      expect(ending).toEqual({
        code: 1,
        signal: null,
        stdout: '',
        stderr: 'latchkey: DATABASE_URL: the database cannot be opened: connect ECONNREFUSED 127.0.0.1:1.\n',
      });
    });

    it('1: a port in use is one line, shows no operator key and leaves no record of a start', async () => {
      store = await createStore('postgres');
      const occupant = createServer().listen(0, '127.0.0.1');
      await once(occupant, 'listening');
      const { port } = occupant.address() as AddressInfo;

      const ending = await failToStart({ DATABASE_URL: store.url, PORT: String(port) });

      expect(ending).toMatchObject({ code: 1, stdout: '' });
      expect(ending.stderr).toMatch(/^latchkey: HOST and PORT: cannot listen there: .*EADDRINUSE.*\n$/);
      expect(await recordsOf(store)).toEqual([]);
      occupant.close();
    });
  });

  describe('with two', () => {
    let service: WorkerService;

    beforeEach(async () => {
      service = await WorkerService.start(2, { LATCHKEY_LEASE_MS: '10000' });
    }, TIMEOUT_MS);

    afterEach(() => service.dispose(), TIMEOUT_MS);

    it('answers from both, as one service', async () => {
      const workers = await service.workers(2);
      const operator = service.anonymous.as(service.operatorKey);
      const { body: workspace } = await operator.post('/workspace', { name: 'Acme' }).expect(201);
      for (let times = 0; times < 4; times += 1)
        await operator.get(`/workspace/${workspace.id}`, { connection: 'close' }).expect(200);

      service.child.signal('SIGTERM');
      const { stdout, ...ending } = await service.child.ended;

      expect(ending).toEqual({ code: 0, signal: null, stderr: '' });
      expect(workers.every((pid) => !isAlive(pid))).toBe(true);
      const messages = messagesOf(stdout).filter((message) => message !== 'request');
      expect(messages).toEqual([
        `Listening on ${service.url}/api/v1 with 2 workers`,
        'Stopping on SIGTERM, once the requests in flight are answered',
        'Stopped',
      ]);
      const [taken, started, ...rest] = await recordsOf(service.store);
      expect(taken).toMatchObject({ action: 'operator.created' });
      expect(started).toMatchObject({
        action: 'system.started',
        changes: expect.arrayContaining([{ field: 'workers', before: null, after: 2 }]),
      });
      expect(rest.map(({ action }) => action)).toEqual(['workspace.created', 'system.stopped']);
    });

    it('survives the death of one, and of one that is frozen, and replaces them', async () => {
      const workers = await service.workers(2);
      const [victim = 0, survivor = 0] = workers;

      process.kill(victim, 'SIGKILL');
      await eventually('it is known to be gone', () => {
        return /A worker is gone.*SIGKILL/.test(messagesOf(service.child.stdout).join()) || undefined;
      });
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => fetch(`${service.url}/health/ready`, { headers: { connection: 'close' } })),
      );
      const [replacement] = await service.workers(1, workers);

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(isAlive(survivor)).toBe(true);
      expect(isAlive(replacement ?? 0)).toBe(true);
      expect(isAlive(victim)).toBe(false);
      process.kill(survivor, 'SIGSTOP');
      await service.child.wrote(/A worker is frozen, and is killed/);
      await service.workers(2, workers);
      expect(isAlive(survivor)).toBe(false);
      expect((await recordsOf(service.store)).map(({ action }) => action)).toEqual([
        'operator.created',
        'system.started',
      ]);
    });

    it.each(['SIGTERM', 'SIGINT'] as const)(
      'on %s to every process: listens no more, answers what is in flight, and ends by itself',
      async (signal) => {
        const workers = await service.workers(2);
        const release = await holdWorkspaces(service.store);
        const agent = new Agent({ keepAlive: true });
        const creation = await beginCreatingWorkspace(service, agent);

        for (const pid of [...workers, service.child.process.pid ?? 0]) process.kill(pid, signal);
        await service.child.wrote(/Stopping/);
        await eventually('nobody answers', async () => !(await isAnswering(service.url)) || undefined);
        // It may come before the lock is let go of in every respect.
        const answered = once(creation, 'response');
        await release();
        const [answer] = (await answered) as [IncomingMessage];

        expect(answer.statusCode).toBe(201);
        agent.destroy();
        expect(await service.child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
        const actions = (await recordsOf(service.store)).map(({ action }) => action);
        expect(actions).toEqual(['operator.created', 'system.started', 'workspace.created', 'system.stopped']);
      },
    );

    it('is killed by a second signal, at once and whole', async () => {
      const workers = await service.workers(2);
      const release = await holdWorkspaces(service.store);
      const agent = new Agent({ keepAlive: true });
      const creation = await beginCreatingWorkspace(service, agent);
      creation.on('error', () => undefined);
      service.child.signal('SIGTERM');
      await service.child.wrote(/Stopping/);

      service.child.signal('SIGTERM');

      expect(await service.child.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      await eventually('all are gone', () => !workers.some(isAlive) || undefined);
      agent.destroy();
      await release();
    });

    it('takes its workers along when it is killed itself', async () => {
      const workers = await service.workers(2);

      service.child.signal('SIGKILL');

      await eventually('all are gone', () => !workers.some(isAlive) || undefined);
    });

    it('sums what both have, and not what both see', async () => {
      const metrics = await eventually('each sees the other', async () => {
        const seen = await scrape(service.anonymous);
        const isWhole = seen.value('latchkey_key_cache_capacity_keys') > 100_000;
        return isWhole && seen.value('latchkey_live_instances') === 2 ? seen : undefined;
      });

      expect(metrics.value('latchkey_lease_valid')).toBe(1);
      expect(metrics.value('latchkey_key_cache_capacity_keys')).toBe(200_000);
    });

    it('tells the metrics of both together, whichever is asked, also of one that is gone', async () => {
      const labels = { route: 'none', status: '404' };
      const counted = async () => {
        const metrics = await scrape(service.anonymous.with({ connection: 'close' }));
        return metrics.value('latchkey_http_requests_total', labels);
      };
      const [victim = 0] = await service.workers(2);
      const asked = await counted();
      const answered = messagesOf(service.child.stdout).filter((message) => message === 'request').length;

      const again = [await counted(), await counted(), await counted()];
      process.kill(victim, 'SIGKILL');
      await eventually('the worker is gone', () => !isAlive(victim) || undefined);
      const afterwards = [await counted(), await counted()];

      expect(asked).toBeGreaterThanOrEqual(2);
      expect(asked).toBeLessThanOrEqual(answered);
      expect([...again, ...afterwards]).toEqual([asked, asked, asked, asked, asked]);
    });
  });

  it(
    'survives the death of all its workers at once',
    async () => {
      const service = await WorkerService.start(2, { PORT: String(await freePort()) });
      const workers = await service.workers(2);

      for (const pid of workers) process.kill(pid, 'SIGKILL');
      await eventually('the workers are gone', () => !workers.some(isAlive) || undefined);
      await eventually('somebody answers again', () => isAnswering(service.url));

      service.child.signal('SIGTERM');
      expect(await service.child.ended).toMatchObject({ code: 0, stderr: '' });
      await service.dispose();
    },
    TIMEOUT_MS,
  );

  it(
    'runs one canary, and another one when its worker is gone',
    async () => {
      const service = await WorkerService.start(2, { PORT: String(await freePort()), LATCHKEY_CANARY: 'on' });
      const runsBecome = (runs: number) =>
        eventually(
          `${runs} runs of the canary`,
          async () => {
            if (!(await isAnswering(service.url))) return undefined;
            const metrics = await scrape(service.anonymous.with({ connection: 'close' }));
            return metrics.value('latchkey_canary_runs_total') === runs || undefined;
          },
          // A run that found an instance which had not answered yet is undecided, and the next is a minute later.
          180_000,
        );
      const workers = await service.workers(2);
      await runsBecome(1);

      for (const pid of workers) process.kill(pid, 'SIGKILL');
      await eventually('the workers are gone', () => !workers.some(isAlive) || undefined);
      await runsBecome(2);

      const actions = (await recordsOf(service.store)).map(({ action }) => action);
      const undecided = messagesOf(service.child.stdout).filter((message) =>
        message.startsWith('The canary is undecided'),
      );
      expect(actions.filter((action) => action === 'apikey.deleted')).toHaveLength(2 + undecided.length);
      await service.dispose();
    },
    4 * TIMEOUT_MS,
  );

  it(
    'shows the operator key it generated once',
    async () => {
      const service = await WorkerService.start(3, { LATCHKEY_OPERATOR_KEY: '' });
      await service.workers(3);
      const [, key = ''] = /^Operator key: (lk_\S+)$/m.exec(service.child.stdout) ?? [];

      const answers = await Promise.all(
        Array.from({ length: 9 }, () => service.anonymous.as(key).get('/workspace', { connection: 'close' })),
      );

      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      service.child.signal('SIGTERM');
      const { stdout, code } = await service.child.ended;
      expect(code).toBe(0);
      expect(stdout.match(/Operator key:/g)).toHaveLength(1);
      await service.dispose();
    },
    TIMEOUT_MS,
  );
});

async function recordsOf(store: Store): Promise<{ action: string; changes: unknown[] }[]> {
  const { stdout } = await new CommandLine(store).run('audit', 'export');
  const records = stdout.split('\n').filter(Boolean);
  return records.map((line) => JSON.parse(line)).filter(({ action }) => action !== 'audit.exported');
}

function messagesOf(stdout: string): string[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => String(JSON.parse(line).msg));
}

async function isAnswering(url: string): Promise<true | undefined> {
  try {
    const { status } = await fetch(`${url}/health/ready`, { headers: { connection: 'close' } });
    return status === 200 || undefined;
  } catch {
    return undefined;
  }
}

/** Resolves once a worker has taken the request on: it has read the headers, and asks for the body. */
async function beginCreatingWorkspace({ url, operatorKey }: WorkerService, agent: Agent): Promise<ClientRequest> {
  const creation = request(`${url}/api/v1/workspace`, {
    method: 'POST',
    agent,
    headers: {
      authorization: `Bearer ${operatorKey}`,
      'content-type': 'application/json',
      expect: '100-continue',
    },
  });
  creation.flushHeaders();
  await once(creation, 'continue');
  creation.end('{"name":"Acme"}');
  return creation;
}
