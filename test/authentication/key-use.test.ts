import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('the use of a key', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind, { TRUST_PROXY: '127.0.0.1' });
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const keyWith = async (settings: object): Promise<KeyFixture> => {
      const name = uniqueName('Key');
      const { body } = await workspace.operator
        .post('/apikey', { keyName: name, permissions: ['apikeys:view'], ...settings })
        .expect(201);
      return { id: body.id, secret: body.apiKey, name, client: service.operator.as(body.apiKey) };
    };

    it('401: while it is disabled', async () => {
      const key = await keyWith({});
      await key.client.get('/apikey').expect(200);
      await workspace.operator.patch(`/apikey/${key.id}`, { enabled: false }).expect(200);
      await key.client.get('/apikey').expect(401, 'auth.unauthenticated');
      await workspace.operator.patch(`/apikey/${key.id}`, { enabled: true }).expect(200);
      await key.client.get('/apikey').expect(200);
    });

    it('401: from its expiry on', async () => {
      const key = await keyWith({ expiresInSeconds: 3600 });
      service.advance(3_590_000);
      await key.client.get('/apikey').expect(200);
      service.advance(10_000);
      await key.client.get('/apikey').expect(401, 'auth.unauthenticated');
      const { body } = await workspace.operator.get(`/apikey/${key.id}`).expect(200);
      expect(body.status).toBe('expired');
      await workspace.operator.patch(`/apikey/${key.id}`, { expirationDate: null }).expect(200);
      await key.client.get('/apikey').expect(200);
    });

    describe('from an address', () => {
      const ranges = ['203.0.113.0/24', '198.51.100.7', '2001:db8::/32', '2001:db9::1'];
      let key: KeyFixture;

      beforeAll(async () => {
        key = await keyWith({ allowedIps: ranges });
      });

      it.each([
        '203.0.113.0',
        '203.0.113.255',
        '198.51.100.7',
        '2001:db8::1',
        '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
        '2001:db9::1',
        '2001:0db9:0:0:0:0:0:1',
        '::ffff:203.0.113.9',
        '203.0.113.9:61234',
        '"203.0.113.9"',
        '"203.0.113.9:80"',
        '[2001:db8::1]',
        '[2001:db8::1]:443',
        '"[2001:db8::1]:443"',
        '2001:db8::1%eth0',
        '[2001:db8::1%25eth0]:443',
        '[::ffff:203.0.113.9]:80',
        ' \t203.0.113.9:80 ',
        ', 203.0.113.9:80',
        '198.51.100.1, 203.0.113.9:80',
        'unknown, 203.0.113.9:80',
      ])('200: %s is in its ranges', async (ip) => {
        await key.client.get('/apikey', { 'x-forwarded-for': ip }).expect(200);
      });

      it.each([
        '203.0.112.255',
        '203.0.114.0',
        '198.51.100.8',
        '2001:db7:ffff::',
        '2001:db9::',
        '2001:db9::2',
        '::ffff:203.0.114.9',
        '127.0.0.1',
        'unknown',
        '203.0.113.9:http',
        '203.0.113.9:',
        '203.0.113.9:654321',
        '"203.0.113.9',
        '[203.0.113.9]',
        '[203.0.113.9]:80',
        '2001:db8::1]:80',
        '[2001:db8::1',
        '203.0.113.09',
        '203.0.113.9 203.0.113.9',
        'for=203.0.113.9',
        '_hidden',
      ])('401: %s is not', async (ip) => {
        await key.client.get('/apikey', { 'x-forwarded-for': ip }).expect(401, 'auth.unauthenticated');
      });

      it('401: directly, and by way of a proxy that is not trusted', async () => {
        await key.client.get('/apikey').expect(401);
        await key.client.get('/apikey', { 'x-forwarded-for': '203.0.113.9, 192.0.2.1' }).expect(401);
        await key.client.get('/apikey', { forwarded: 'for=203.0.113.9', 'x-real-ip': '203.0.113.9' }).expect(401);
      });

      it('200: from anywhere once the ranges are cleared', async () => {
        const cleared = await keyWith({ allowedIps: ['192.0.2.1'] });
        await cleared.client.get('/apikey').expect(401);
        await workspace.operator.patch(`/apikey/${cleared.id}`, { allowedIps: [] }).expect(200);
        await cleared.client.get('/apikey').expect(200);
      });
    });

    it('429: beyond its rate limit', async () => {
      const key = await keyWith({ rateLimit: { limit: 3, windowSeconds: 600 } });
      const other = await keyWith({ rateLimit: { limit: 3, windowSeconds: 600 } });
      const answers = await Promise.all(Array.from({ length: 8 }, () => key.client.get('/apikey')));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429, 429, 429, 429]);

      const { headers, body } = await key.client.get('/apikey').expect(429, 'rate_limit.exceeded');
      const seconds = headers.get('retry-after');
      expect(Number(seconds)).toBeGreaterThan(300);
      expect(Number(seconds)).toBeLessThanOrEqual(600);
      expect(headers.get('ratelimit')).toBe(`"key";r=0;t=${seconds}`);
      expect(headers.get('ratelimit-policy')).toBe('"key";q=3;w=600');
      expect(body.message).toContain('Retry-After');

      await other.client.get('/apikey').expect(200);
    });

    it('200: once the window of its rate limit has ended', async () => {
      const key = await keyWith({ rateLimit: { limit: 1, windowSeconds: 2 } });
      const becomes = (status: number) =>
        eventually(`it is answered ${status}`, async () =>
          (await key.client.get('/apikey')).status === status ? true : undefined,
        );
      await becomes(429);
      await becomes(200);
    });

    it('shows when it was last used, within seconds; reads and refusals count, other keys do not', async () => {
      const key = await keyWith({});
      const idle = await keyWith({});
      const before = Date.now();
      await key.client.delete(`/apikey/${key.id}`).expect(403);
      const lastUsed = await eventually('lastUsedDate appears', async () => {
        const { body } = await workspace.operator.get(`/apikey/${key.id}`).expect(200);
        return (body.lastUsedDate as string | null) ?? undefined;
      });
      expect(Date.parse(lastUsed)).toBeGreaterThanOrEqual(before);
      const { body, headers } = await workspace.operator.get(`/apikey/${idle.id}`).expect(200);
      expect(body.lastUsedDate).toBeNull();
      expect(headers.get('etag')).toBe('"1"');
      const sorted = await workspace.operator.get('/apikey?sort=-lastUsedDate&limit=200').expect(200);
      const order = sorted.body.map(({ id }: { id: string }) => id);
      expect(order.indexOf(key.id)).toBeLessThan(order.indexOf(idle.id));
    });

    it('does not count what was refused for its credential', async () => {
      const key = await keyWith({});
      await workspace.operator.patch(`/apikey/${key.id}`, { enabled: false }).expect(200);
      await key.client.get('/apikey').expect(401);
      const witness = await keyWith({});
      await witness.client.get('/apikey').expect(200);
      await eventually('the other key’s use is written', async () => {
        const { body } = await workspace.operator.get(`/apikey/${witness.id}`).expect(200);
        return (body.lastUsedDate as string | null) ?? undefined;
      });
      const { body } = await workspace.operator.get(`/apikey/${key.id}`).expect(200);
      expect(body.lastUsedDate).toBeNull();
    });
  });
});
