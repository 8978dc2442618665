import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { json, text } from 'node:stream/consumers';
import { ensureBuilt } from '../support/build.js';
import { Child, startChildService, type ChildService } from '../support/child-service.js';
import { CommandLine } from '../support/command-line.js';
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
      'on %s: answers what is in flight, turns away the rest, and ends by itself',
      async (signal) => {
        const release = await holdWorkspaces(service.store);
        const creation = await beginCreatingWorkspace();

        service.child.signal(signal);
        await service.child.wrote(/Stopping/);
        const late = await fetch(`${service.url}/api/v1/permission`);
        const ready = await fetch(`${service.url}/health/ready`);
        // It may come before the lock is let go of in every respect.
        const answered = once(creation, 'response');
        await release();
        const [answer] = (await answered) as [IncomingMessage];

        expect(late.status).toBe(503);
        expect(late.headers.get('connection')).toBe('close');
        expect(late.headers.get('retry-after')).toMatch(/^\d+$/);
        expect(await late.json()).toEqual({
          statusCode: 503,
          success: false,
          error: 'Service Unavailable',
          message: expect.any(String),
          code: 'service.stopping',
          requestId: late.headers.get('x-request-id'),
        });
        expect(ready.status).toBe(503);
        expect(answer.statusCode).toBe(201);
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

    it('waits for no connection on which nothing happens', async () => {
      const [answered] = (await once(get(`${service.url}/api/v1/permission`, { agent }), 'response')) as [
        IncomingMessage,
      ];
      await text(answered);
      const silent = await connectTo(service.url);

      service.child.signal('SIGTERM');

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

  it('npm start passes the signal on', async () => {
    ensureBuilt();
    const store = await createStore('sqlite');
    const npm = spawn('npm', ['start', '--ignore-scripts'], {
      env: { ...process.env, PORT: '0', DATABASE_URL: store.url, LOG_FORMAT: 'json' },
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
    await child.wrote(/Swagger UI on/);

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
