import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiKeysService, Principal } from '../../src/index.js';
import { forEachStore } from '../support/stores.js';
import { HOST_ADAPTERS, OPERATOR_KEY, startHost, type Host } from './host.js';

const KEYS = 80;
const METADATA = { text: 'x'.repeat(8000) };

describe.each(HOST_ADAPTERS)('answers of more than can be made at once, embedded on %s', (adapter) => {
  forEachStore((kind) => {
    let host: Host;
    let headers: Record<string, string>;

    beforeAll(async () => {
      host = await startHost(kind, { adapter });
      const workspaceId = await host.createWorkspace();
      const actor = Principal.system('test', workspaceId);
      const apiKeys = host.app.get(ApiKeysService, { strict: false });
      for (let at = 0; at < KEYS; at += 1) {
        await apiKeys.create(actor, { keyName: `Schlüssel ${at}`, permissions: ['apikeys:view'], metadata: METADATA });
      }
      headers = { authorization: OPERATOR_KEY, 'x-workspace-id': workspaceId };
    });

    afterAll(() => host.stop());

    const get = (path: string, more: Record<string, string> = {}, method = 'GET') =>
      host.send(method, `/latchkey${path}`, undefined, { ...headers, ...more });

    it('are as long as they say, with the headers of the list', async () => {
      const [large, small] = [await get('/apikey?limit=200'), await get('/apikey?limit=1')];
      expect(large.status).toBe(200);
      expect(large.headers.get('content-type')).toBe(small.headers.get('content-type'));
      expect(large.headers.get('content-length')).toBe(String(Buffer.byteLength(large.text)));
      expect(large.headers.get('x-total-count')).toBe(String(KEYS));
      expect(large.headers.get('link')).toContain('rel="first"');
      expect(large.headers.get('cache-control')).toBe(small.headers.get('cache-control'));
      expect(large.body).toHaveLength(KEYS);
      expect(large.body[0]).toEqual(small.body[0]);
    });

    it('are the same with their total, and on the trail', async () => {
      const { body } = await get('/apikey?limit=200&page=1');
      expect(body.total).toBe(KEYS);
      expect(body.data).toEqual((await get('/apikey?limit=200')).body);
      const trail = await get('/audit?limit=500');
      expect(trail.headers.get('content-length')).toBe(String(Buffer.byteLength(trail.text)));
      expect(trail.body.data.length).toBeGreaterThanOrEqual(KEYS);
    });

    it('answer HEAD with the same headers', async () => {
      const [whole, head] = [await get('/apikey?limit=200'), await get('/apikey?limit=200', {}, 'HEAD')];
      expect({ status: head.status, text: head.text }).toEqual({ status: 200, text: '' });
      for (const name of ['content-type', 'content-length', 'x-total-count', 'link', 'etag']) {
        expect([name, head.headers.get(name)]).toEqual([name, whole.headers.get(name)]);
      }
    });

    it('are tagged where small ones are, and answered with 304 to whom has them', async () => {
      for (const path of ['/apikey?limit=1', '/apikey?limit=200']) {
        const tag = (await get(path)).headers.get('etag');
        expect(tag === null).toBe(adapter === 'fastify');
        if (tag === null) continue;
        const again = await get(path, { 'if-none-match': tag });
        expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
        expect(again.headers.get('etag')).toBe(tag);
        expect((await get(path, { 'if-none-match': '"other"' })).status).toBe(200);
      }
    });

    it('400: what is refused is answered as ever', async () => {
      const { status, body } = await get('/apikey?limit=201');
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'request.invalid' });
    });
  });
});
