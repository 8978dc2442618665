import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { BOTH_WAYS, TcpProxy } from '../faults/linearizability/tcp-proxy.js';
import { ensureBuilt } from '../support/build.js';
import { Child, startChildService, type ChildService } from '../support/child-service.js';
import { CommandLine } from '../support/command-line.js';
import { eventually } from '../support/eventually.js';
import { createStore, forEachStore } from '../support/stores.js';
import { holdWorkspaces } from '../support/write-lock.js';

describe('Stopping', () => {
  forEachStore((kind) => {
    let service: ChildService;
    let agent: Agent;

    beforeEach(async () => {
      service = await startChildService(kind);
      agent = new Agent({ keepAlive: true });
    });

    afterEach(async () => {
      agent.destroy();
      await service.dispose();
    });

    const actionsOnTrail = async (): Promise<string[]> => {
      const { stdout } = await new CommandLine(service.store).run('audit', 'export');
      const lines = stdout.split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line).action as string);
    };

    /** Resolves once the service has taken the request on: it has read the headers, and asks for the body. */
    const beginCreatingWorkspace = async (): Promise<ClientRequest> => {
      const creation = request(`${service.url}/api/v1/workspace`, {
        method: 'POST',
        agent,
        headers: {
          authorization: `Bearer ${service.operatorKey}`,
          'content-type': 'application/json',
          expect: '100-continue',
        },
      });
      creation.flushHeaders();
      await once(creation, 'continue');
      creation.end('{"name":"Acme"}');
      return creation;
    };

    it.each(['SIGTERM', 'SIGINT'] as const)(
      'on %s: listens no more, answers what is in flight, and ends by itself',
      async (signal) => {
        const release = await holdWorkspaces(service.store);
        const creation = await beginCreatingWorkspace();

        service.child.signal(signal);
        await service.child.wrote(/Stopping/);
        await eventually('it listens no more', () => isRefused(service.url));
        // It may come before the lock is let go of in every respect.
        const answered = once(creation, 'response');
        await release();
        const [answer] = (await answered) as [IncomingMessage];

        expect(answer.statusCode).toBe(201);
        expect(answer.headers.connection).toBe('close');
        expect(await json(answer)).toMatchObject({ name: 'Acme' });
        expect(await service.child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
        expect(await actionsOnTrail()).toEqual([
          'operator.created',
          'system.started',
          'workspace.created',
          'system.stopped',
          'audit.exported',
        ]);
      },
    );

    it('answers what the system has accepted for it, and waits for no connection on which nothing happens', async () => {
      const [answered] = (await once(get(`${service.url}/api/v1/permission`, { agent }), 'response')) as [
        IncomingMessage,
      ];
      await text(answered);
      const silent = await connectTo(service.url);
      service.child.signal('SIGSTOP');
      const accepted = Array.from({ length: 50 }, () => get(`${service.url}/health/live`, { agent: false }));
      await Promise.all(accepted.map(isSent));

      service.child.signal('SIGTERM');
      const answers = accepted.map(async (sent) => ((await once(sent, 'response')) as [IncomingMessage])[0].resume());
      service.child.signal('SIGCONT');

      const statuses = (await Promise.all(answers)).map(({ statusCode }) => statusCode);
      expect(statuses).toEqual(accepted.map(() => 200));
      expect(await service.child.ended).toMatchObject({ code: 0, signal: null });
      silent.destroy();
    });

    it('is killed by a second signal, at once', async () => {
      const release = await holdWorkspaces(service.store);
      const creation = await beginCreatingWorkspace();
      creation.on('error', () => undefined);
      service.child.signal('SIGTERM');
      await service.child.wrote(/Stopping/);

      service.child.signal('SIGTERM');

      expect(await service.child.ended).toMatchObject({ code: null, signal: 'SIGKILL' });
      await release();
    });
  });

  describe('whatever hangs', () => {
    const endLate = async ({ child }: ChildService): Promise<void> => {
      child.signal('SIGTERM');
      const { code, signal, stdout } = await child.ended;
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
      expect(stdout).toContain('Not everything could be closed within 5000 ms');
    };

    it('ends while the server of PostgreSQL has gone silent', async () => {
      const store = await createStore('postgres');
      const url = new URL(store.url);
      const proxy = await TcpProxy.to(url.hostname, Number(url.port));
      url.port = String(proxy.port);
      const service = await startChildService('postgres', {}, { ...store, url: url.href });

      proxy.set({ kind: 'swallow', directions: BOTH_WAYS });

      await endLate(service);
      await proxy.close();
      await store.drop();
    });

    it('ends while another process keeps the file of SQLite locked', async () => {
      const service = await startChildService('sqlite');
      const release = await holdWorkspaces(service.store);

      await endLate(service);
      await release();
      await service.dispose();
    });
  });

  it('npm start passes the signal on', async () => {
    ensureBuilt();
    const store = await createStore('sqlite');
    const npm = spawn('npm', ['start', '--ignore-scripts'], {
      env: { ...process.env, PORT: '0', DATABASE_URL: store.url, LOG_FORMAT: 'json', LATCHKEY_DRAIN_MS: '0' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const output = text(npm.stdout);
    let seen = '';
    await new Promise<void>((resolve) => {
      npm.stdout.on('data', (chunk: Buffer) => {
        seen += chunk.toString();
        if (seen.includes('Swagger UI on')) resolve();
      });
    });

    npm.kill('SIGTERM');

    const [code] = (await once(npm, 'close')) as [number];
    expect(await output).toContain('"Stopped"');
    expect(code).toBe(0);
    await store.drop();
  });

  it('latchkey serve stops like the program it starts', async () => {
    const store = await createStore('sqlite');
    const child = await Child.run('cli/main.js', ['serve'], { PORT: '0', DATABASE_URL: store.url });
    await child.wrote(/Listening on/);

    child.signal('SIGTERM');

    expect(await child.ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    await child.dispose();
    await store.drop();
  });
});

async function connectTo(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  return socket;
}

/** Resolves once the request is with the system of the other side, whether or not its process has taken it. */
async function isSent(sent: ClientRequest): Promise<void> {
  sent.on('error', () => undefined);
  const [socket] = (await once(sent, 'socket')) as [Socket];
  if (socket.connecting) await once(socket, 'connect');
  await new Promise<void>((resolve) => socket.write('', () => resolve()));
}

async function isRefused(url: string): Promise<true | undefined> {
  try {
    await fetch(`${url}/health/live`, { headers: { connection: 'close' } });
    return undefined;
  } catch {
    return true;
  }
}
