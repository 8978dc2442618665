import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { breakStore } from '../support/broken-store.js';
import { scrape } from '../support/metrics.js';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /metrics', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('200: in the text format of Prometheus, without a credential', async () => {
      const { headers, text } = await service.anonymous.get('//metrics').expect(200);

      expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
      for (const line of text.split('\n').filter(Boolean)) {
        expect(line).toMatch(
          /^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[a-z]+="[^"\n]*"(,[a-z]+="[^"\n]*")*\})? \S+)$/,
        );
      }
      const families = [...text.matchAll(/^# TYPE (latchkey_\S+) /gm)].map(([, name]) => name);
      expect(new Set(families).size).toBe(families.length);
    });

    it('counts requests by method, pattern of the route, and status', async () => {
      const workspace = await createWorkspace(service);
      const before = await scrape(service.anonymous);
      const key = await workspace.keyWith('apikeys:view');
      await key.client.get(`/apikey/${key.id}`).expect(200);
      await key.client.get(`/apikey/${key.id}`).expect(200);
      await key.client.delete(`/apikey/${key.id}`).expect(403);
      await service.anonymous.get('//nowhere').expect(404);

      const after = await scrape(service.anonymous);

      const increaseOf = (labels: Record<string, string>) =>
        after.value('latchkey_http_requests_total', labels) - before.value('latchkey_http_requests_total', labels);
      expect(increaseOf({ method: 'POST', route: '/api/v1/apikey', status: '201' })).toBe(1);
      expect(increaseOf({ method: 'GET', route: '/api/v1/apikey/:id', status: '200' })).toBe(2);
      expect(increaseOf({ method: 'DELETE', route: '/api/v1/apikey/:id', status: '403' })).toBe(1);
      expect(increaseOf({ method: 'GET', route: 'none', status: '404' })).toBe(1);
    });

    it('tells how long requests took, in buckets that add up', async () => {
      await service.anonymous.get('//health/ready').expect(200);

      const metrics = await scrape(service.anonymous);

      const labels = { method: 'GET', route: '/health/ready' };
      const name = 'latchkey_http_request_duration_seconds';
      const buckets = metrics.all(`${name}_bucket`, labels);
      const values = buckets.map(({ value }) => value);
      expect(buckets.map(({ labels }) => labels['le'])).toEqual([...bounds(buckets), '+Inf']);
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values.at(-1)).toBe(metrics.value(`${name}_count`, labels));
      expect(metrics.value(`${name}_count`, labels)).toBe(
        metrics.value('latchkey_http_requests_total', { ...labels, status: '200' }),
      );
      const total = metrics.value(`${name}_sum`, labels);
      expect(total).toBeGreaterThan(0);
      expect(total).toBeLessThan(10);
    });

    it('has those of the process', async () => {
      const metrics = await scrape(service.anonymous);

      expect(metrics.value('process_cpu_seconds_total')).toBeGreaterThan(0);
      expect(metrics.value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    });

    it('names nothing that a caller wrote, and no credential', async () => {
      const key = await (await createWorkspace(service)).keyWith('apikeys:view');
      await key.client.get(`/apikey/${key.id}?search=${key.secret}`);
      await service.anonymous.get(`//${key.secret}`);

      const { text } = await service.anonymous.get('//metrics').expect(200);

      for (const word of [key.secret, key.id, key.name]) expect(text).not.toContain(word);
    });

    it('200: also while the store cannot be read', async () => {
      const repair = await breakStore(service.store);

      await service.anonymous.get('//health/ready').expect(503);
      await service.anonymous.get('//metrics').expect(200);

      await repair();
    });

    it('of two applications in one process, each tells its own', async () => {
      const other = await startService(kind);
      await createWorkspace(other);
      const labels = { method: 'POST', route: '/api/v1/workspace', status: '201' };
      const before = (await scrape(service.anonymous)).value('latchkey_http_requests_total', labels);

      await createWorkspace(other);

      expect((await scrape(other.anonymous)).value('latchkey_http_requests_total', labels)).toBe(2);
      expect((await scrape(service.anonymous)).value('latchkey_http_requests_total', labels)).toBe(before);
      await other.stop();
      await scrape(service.anonymous);
    });
  });
});

function bounds(buckets: { labels: Record<string, string> }[]): string[] {
  return buckets
    .slice(0, -1)
    .map(({ labels }) => Number(labels['le']))
    .sort((a, b) => a - b)
    .map(String);
}
