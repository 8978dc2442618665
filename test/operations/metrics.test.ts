import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { breakStore } from '../support/broken-store.js';
import { eventually } from '../support/eventually.js';
import { tableOf } from '../support/markdown.js';
import { scrape } from '../support/metrics.js';
import { createWorkspace, startInstance, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /metrics', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind, { LATCHKEY_CANARY: 'on' });
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
      const documented = (await tableOf('docs/operations.md', 'metric')).map(([name]) => name!);
      expect([...text.matchAll(/^# TYPE (latchkey_\S+) /gm)].map(([, name]) => name).sort()).toEqual(
        documented.filter((name) => name.startsWith('latchkey_')).sort(),
      );
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

    it('counts verifications by their outcome, and those that were answered from memory', async () => {
      const workspace = await createWorkspace(service);
      const verifier = await workspace.keyWith('apikeys:verify');
      const key = await workspace.keyWith('apikeys:view');
      const verify = (apiKey: string) => verifier.client.post('/verify', { apiKey }).expect(200);
      await verify(key.secret);
      const before = await scrape(service.anonymous);

      await verify(key.secret);
      await verify(key.secret);
      await verify(generateKey('lk'));
      await verify('no key at all');

      const after = await scrape(service.anonymous);
      const increaseOf = (name: string, labels: Record<string, string> = {}) =>
        after.value(name, labels) - before.value(name, labels);
      // Each time the caller is verified, too.
      expect(increaseOf('latchkey_verifications_total', { outcome: 'valid' })).toBe(6);
      expect(increaseOf('latchkey_verifications_total', { outcome: 'unknown' })).toBe(1);
      expect(increaseOf('latchkey_verifications_total', { outcome: 'malformed' })).toBe(1);
      expect(increaseOf('latchkey_key_cache_hits_total')).toBe(6);
      expect(increaseOf('latchkey_key_cache_misses_total')).toBe(1);
    });

    it('tells how many keys are in memory, and for how many there is room', async () => {
      const workspace = await createWorkspace(service);
      const key = await workspace.keyWith('apikeys:view');
      const before = await scrape(service.anonymous);

      await key.client.get('/apikey').expect(200);
      const used = await scrape(service.anonymous);
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      const deleted = await scrape(service.anonymous);

      const keys = [before, used, deleted].map((metrics) => metrics.value('latchkey_key_cache_keys'));
      expect(keys).toEqual([keys[0], keys[0]! + 1, keys[0]]);
      expect(used.value('latchkey_key_cache_capacity_keys')).toBe(100_000);
    });

    it('tells how long revocations waited, whether the lease is valid, and how many instances are live', async () => {
      const workspace = await createWorkspace(service);
      const key = await workspace.keyWith('apikeys:view');
      const before = await scrape(service.anonymous);

      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);

      const after = await scrape(service.anonymous);
      const name = 'latchkey_revocation_wait_seconds';
      expect(after.value(`${name}_count`)).toBe(before.value(`${name}_count`) + 1);
      expect(after.value(`${name}_bucket`, { le: '+Inf' })).toBe(after.value(`${name}_count`));
      expect(after.value(`${name}_sum`)).toBeGreaterThan(before.value(`${name}_sum`));
      expect(after.value('latchkey_lease_valid')).toBe(1);
      expect(after.value('latchkey_live_instances')).toBe(1);
    });

    it('has those of the process', async () => {
      const metrics = await scrape(service.anonymous);

      expect(metrics.value('process_cpu_seconds_total')).toBeGreaterThan(0);
      expect(metrics.value('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
    });

    it('is made once for those who ask at the same time', async () => {
      await scrape(service.anonymous);
      const texts = await Promise.all(
        Array.from({ length: 50 }, async () => (await service.anonymous.get('//metrics').expect(200)).text),
      );
      // The second that one is kept may end between them.
      expect(new Set(texts).size).toBeLessThanOrEqual(2);
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
      await eventually('the lease is valid again', async () =>
        (await scrape(service.anonymous)).value('latchkey_lease_valid') === 1 ? true : undefined,
      );
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

  it('counts the instances of one PostgreSQL, and sees the lease go with the database', async () => {
    const service = await startService('postgres', { LATCHKEY_LEASE_MS: '3000' });
    const other = await startInstance(service, { LATCHKEY_LEASE_MS: '3000' });
    const becomes = (name: string, value: number) =>
      eventually(`${name} is ${value}`, async () =>
        (await scrape(service.anonymous)).value(name) === value ? true : undefined,
      );

    await becomes('latchkey_live_instances', 2);
    const repair = await breakStore(service.store);
    await becomes('latchkey_lease_valid', 0);
    await repair();
    await becomes('latchkey_lease_valid', 1);
    await other.stop();
    await becomes('latchkey_live_instances', 1);

    await service.stop();
  });
});

function bounds(buckets: { labels: Record<string, string> }[]): string[] {
  return buckets
    .slice(0, -1)
    .map(({ labels }) => Number(labels['le']))
    .sort((a, b) => a - b)
    .map(String);
}
