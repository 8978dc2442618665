import { describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import { MetricsServer } from '../../server/src/metrics/metrics-server.js';
import { Child } from '../support/child-service.js';
import { startService } from '../support/service.js';
import { createStore } from '../support/stores.js';
import { WorkerService } from '../support/worker-service.js';

describe('METRICS_ADDRESS', () => {
  it('answers /metrics there, and no longer on PORT', async () => {
    const service = await startService('sqlite', { METRICS_ADDRESS: '127.0.0.1:0', LATCHKEY_DOCS: 'on' });
    const url = await service.app.get(MetricsServer, { strict: false }).listen({ host: '127.0.0.1', port: 0 });
    try {
      const answer = await fetch(url);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/plain');
      expect(await answer.text()).toContain('latchkey_verifications_total');
      expect((await fetch(url, { method: 'HEAD' })).status).toBe(200);

      for (const [path, method] of [
        ['/metrics/', 'GET'],
        ['/', 'GET'],
        ['/api/v1/permission', 'GET'],
        ['/health/live', 'GET'],
        ['/metrics', 'POST'],
      ] as const) {
        const refused = await fetch(new URL(path, url), { method });
        expect(refused.status).toBe(404);
        expect(await refused.json()).toMatchObject({ statusCode: 404, success: false, code: 'route.not_found' });
      }

      const elsewhere = await fetch(`${service.url}/metrics`);
      expect(elsewhere.status).toBe(404);
      expect(await elsewhere.json()).toMatchObject({ code: 'route.not_found' });
      const document = await service.anonymous.get('//docs-json').expect(200);
      expect(Object.keys(document.body.paths)).not.toContain('/metrics');
    } finally {
      await service.stop();
    }
    await expect(fetch(url)).rejects.toThrow();
  });

  it('is answered for all workers', async () => {
    const probe = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => probe.once('listening', resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const service = await WorkerService.start(2, { METRICS_ADDRESS: `127.0.0.1:${port}`, LATCHKEY_DOCS: 'on' });
    try {
      await service.workers(2);
      for (let time = 0; time < 4; time += 1) {
        const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers: { connection: 'close' } });
        const counts = (await answer.text()).match(/latchkey_http_requests_total\{[^}]*route="\/"[^}]*\} (\d+)/);
        expect(Number(counts?.[1])).toBeGreaterThanOrEqual(2);
      }
      expect((await fetch(`${service.url}/metrics`)).status).toBe(404);
    } finally {
      await service.dispose();
    }
  });

  it('does not start where it cannot listen there', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => taken.once('listening', resolve));
    const { port } = taken.address() as AddressInfo;
    const store = await createStore('sqlite');
    const child = await Child.run('main.js', [], {
      PORT: '0',
      DATABASE_URL: store.url,
      METRICS_ADDRESS: `127.0.0.1:${port}`,
    });
    const { code, stderr } = await child.ended;
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/^latchkey: METRICS_ADDRESS: cannot listen there: /),
    });
    await child.dispose();
    await store.drop();
    taken.close();
  });
});
