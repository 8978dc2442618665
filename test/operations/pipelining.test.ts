import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readdirSync, readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import * as v8 from 'node:v8';
import { Connections } from '../../server/src/serving/connections.js';
import { eventually } from '../support/eventually.js';
import { scrape } from '../support/metrics.js';
import { ended, open, pipeline, requestOf } from '../support/pipeline.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const CLOSE = ['Connection: close'];

describe('Requests that are sent ahead on one connection', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let bearer: string;

    beforeAll(async () => {
      service = await startService(kind, { LATCHKEY_DOCS: 'on' });
      bearer = `Authorization: Bearer ${service.operatorKey}`;
    });

    afterAll(() => service.stop());

    it('are answered in their order, also after refusals, HEAD and a body that is asked for', async () => {
      const name = uniqueName('Asked');
      const answers = await pipeline(service.url, [
        requestOf('GET /none'),
        requestOf('HEAD /health/live'),
        requestOf('GET /api/v1/me'),
        requestOf('POST /api/v1/workspace', [bearer, 'Expect: 100-continue'], { name }),
        requestOf('POST /api/v1/workspace', [bearer], { name: '' }),
        requestOf('GET /health/live', CLOSE),
      ]);

      expect(answers.map(({ status }) => status)).toEqual([404, 200, 401, 100, 201, 400, 200]);
      expect(answers.map(({ head }) => /^connection: (\S+)/im.exec(head)?.[1])).toEqual([
        ...['keep-alive', 'keep-alive', 'keep-alive', undefined, 'keep-alive', 'keep-alive'],
        'close',
      ]);
    });

    it('begin when the one before is answered: each sees what commands before it did', async () => {
      const { keyWith, id } = await createWorkspace(service);
      const key = await keyWith('apikeys:view');
      const answers = await pipeline(service.url, [
        requestOf('GET /api/v1/me', [`X-API-Key: ${key.secret}`]),
        requestOf(`DELETE /api/v1/apikey/${key.id}`, [bearer, `X-Workspace-Id: ${id}`]),
        requestOf('GET /api/v1/me', [`X-API-Key: ${key.secret}`]),
        requestOf(`GET /api/v1/apikey/${key.id}`, [bearer, `X-Workspace-Id: ${id}`, ...CLOSE]),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 404]);
    });

    it('do not begin after an answer that ends the connection', async () => {
      const name = uniqueName('Late');
      const answers = await pipeline(service.url, [
        requestOf('POST /api/v1/workspace', [bearer], { name: 'x'.repeat(65 * 1024) }),
        requestOf('POST /api/v1/workspace', [bearer], { name }),
      ]);
      expect(answers.map(({ status }) => status)).toEqual([413]);
      expect((await service.operator.get('/workspace').expect(200)).text).not.toContain(name);
    });

    it.each([
      ['no HTTP', 'nonsense\r\n\r\n', 400],
      ['what a body has too much', '}', 400],
      ['CONNECT', 'CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n', 404],
      [
        'a body that breaks off in nonsense',
        requestOf('POST /api/v1/workspace', ['Transfer-Encoding: chunked']) + 'x',
        400,
      ],
      ['an Expect that nobody knows', requestOf('POST /api/v1/workspace', ['Expect: tea'], {}), 417],
    ])('are answered before %s that comes after them', async (_, rest, status) => {
      const name = uniqueName('First');
      const creation = requestOf('POST /api/v1/workspace', [bearer], { name });
      const answers = await pipeline(service.url, [creation, requestOf('GET /none'), rest]);
      expect(answers.map((answer) => answer.status)).toEqual([201, 404, status]);
      expect(JSON.parse(answers[0]?.body ?? '')).toMatchObject({ name });
    });

    it('may be sixteen, besides the one under way', async () => {
      const ahead = Array.from({ length: 16 }, () => requestOf('GET /none'));
      const answers = await pipeline(service.url, [...ahead, requestOf('GET /health/live', CLOSE)]);
      expect(answers.map(({ status }) => status)).toEqual([...ahead.map(() => 404), 200]);
    });

    const answered = async (route: string): Promise<number> => {
      const samples = (await scrape(service.anonymous)).all('latchkey_http_requests_total', { route });
      return samples.reduce((sum, { value }) => sum + value, 0);
    };

    it.each([
      [18, '/none', 'none'],
      [1500, '/api/v1/me', '/api/v1/me'],
      [1500, '/health/ready', '/health/ready'],
      [1500, '/none', 'none'],
    ])('close the connection when they are more: of %i to %s, one begins', async (count, target, route) => {
      const before = await answered(route);
      const burst = open(service.url, `GET ${target} HTTP/1.1\r\nHost:\r\n\r\n`.repeat(count));
      await ended(burst);
      await service.anonymous.get('//health/live').expect(200);
      expect((await answered(route)) - before).toBeLessThanOrEqual(1);
    });

    it('leave nothing behind when their connection is reset', async () => {
      const reset = async (): Promise<void> => {
        // As many as may be sent ahead, and fewer: their end comes on top of them.
        for (const count of [17, 9]) {
          const socket = open(service.url, requestOf('GET /docs/swagger-ui-bundle.js').repeat(count));
          await once(socket, 'readable');
          socket.resetAndDestroy();
          await once(socket, 'close');
        }
      };
      await reset();
      const before = await eventually('the first is gone', () => (openFiles() === 0 ? responses() : undefined));
      for (let round = 0; round < 10; round += 1) await reset();
      await eventually('no file is open', () => openFiles() === 0 || undefined);
      await eventually('no response is kept', () => responses() < before + 10 || undefined);
    });
  });
});

describe('Requests that are answered at once', () => {
  it('begin in later turns of the event loop, so that others have theirs', async () => {
    const turns: string[] = [];
    const server = createServer();
    new Connections().serve(server, ({ url = '' }, response) => {
      turns.push(url);
      if (url === '/first') setImmediate(() => turns.push('another'));
      response.end();
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;

    await pipeline(`http://127.0.0.1:${port}`, [requestOf('GET /first'), requestOf('GET /second', CLOSE)]);

    expect(turns).toEqual(['/first', 'another', '/second']);
    await promisify(server.close.bind(server))();
  });
});

function openFiles(): number {
  const links = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      return '';
    }
  });
  return links.filter((link) => link.endsWith('swagger-ui-bundle.js')).length;
}

/** How many responses are held by something. */
function responses(): number {
  return (v8 as unknown as { queryObjects: (constructor: unknown) => number }).queryObjects(ServerResponse);
}
