import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Principal } from '../../src/identity/principal.js';
import { KeyUses } from '../../src/usage/counting/key-uses.js';
import { UsageService } from '../../src/usage/usage.service.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Body } from '../support/client.js';
import {
  createWorkspace,
  startInstance,
  startService,
  uniqueName,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const UNKNOWN = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
const NONE = { valid: 0, denied: 0, expired: 0, disabled: 0, rateLimited: 0 };
const DAY_MS = 86_400_000;

describe('GET /api/v1/apikey/:id/usage', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind, { TRUST_PROXY: '127.0.0.1' });
      workspace = await createWorkspace(service);
      for (const name of ['orders:read', 'orders:refund', 'orders:cancel']) {
        await workspace.operator.post('/permission', { name, description: 'Orders' }).expect(201);
      }
    });

    afterAll(() => service.stop());

    const report = async ({ id }: { id: string }, query = ''): Promise<Body> =>
      (await workspace.operator.get(`/apikey/${id}/usage${query}`).expect(200)).body;

    const keyWith = async (settings: object): Promise<KeyFixture> => {
      const name = uniqueName('Key');
      const { body } = await workspace.operator
        .post('/apikey', { keyName: name, permissions: ['apikeys:view'], ...settings })
        .expect(201);
      return { id: body.id, secret: body.apiKey, name, client: service.operator.as(body.apiKey) };
    };

    it('200: of a key that nobody used', async () => {
      const { id } = await keyWith({ permissions: ['apikeys:view', 'orders:read'] });
      const { body, headers } = await workspace.operator.get(`/apikey/${id}/usage`).expect(200);
      expect(body).toMatchObject({
        keyId: id,
        complete: true,
        incompleteSince: null,
        totals: NONE,
        lastUsedDate: null,
        clients: [],
        otherClients: null,
        permissions: [],
        unusedPermissions: ['apikeys:view', 'orders:read'],
        series: [],
        descendants: [],
      });
      expect(headers.get('etag')).toBe('"u0"');
    });

    it('200: names each client behind the guards, with its uses and the permissions it used', async () => {
      const key = await keyWith({ permissions: ['apikeys:view', 'roles:view', 'members:view'] });
      const billing = key.client.with({
        'x-application': 'billing',
        'user-agent': 'node/20',
        'x-forwarded-for': '203.0.113.7',
      });
      const curl = key.client.with({ 'user-agent': 'curl/8.5.0', 'x-forwarded-for': '2001:db8::1' });
      const before = Date.now();
      for (let times = 0; times < 3; times += 1) await billing.get('/apikey').expect(200);
      await curl.get('/role').expect(200);
      await curl.delete(`/apikey/${key.id}`).expect(403);

      const { clients, totals, permissions, unusedPermissions, lastUsedDate, series, otherClients } = await report(key);

      expect(totals).toEqual({ ...NONE, valid: 4, denied: 1 });
      expect(clients).toHaveLength(2);
      expect(clients).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            application: 'billing',
            ip: '203.0.113.7',
            userAgent: 'node/20',
            secret: 'current',
            uses: 3,
            refused: 0,
            permissions: ['apikeys:view'],
          }),
          expect.objectContaining({
            application: 'curl',
            ip: '2001:db8::1',
            userAgent: 'curl/8.5.0',
            uses: 1,
            refused: 1,
            permissions: ['roles:view'],
          }),
        ]),
      );
      for (const { firstSeenDate, lastSeenDate } of clients) {
        expect(Date.parse(firstSeenDate)).toBeGreaterThanOrEqual(before);
        expect(lastSeenDate >= firstSeenDate).toBe(true);
      }
      expect(otherClients).toBeNull();
      expect(permissions.map(({ name, uses }: Body) => [name, uses])).toEqual([
        ['apikeys:view', 3],
        ['roles:view', 1],
      ]);
      expect(unusedPermissions).toEqual(['members:view']);
      expect(Date.parse(lastUsedDate)).toBeGreaterThanOrEqual(before);
      expect(series.map(({ valid, refused }: Body) => [valid, refused])).toEqual([[4, 1]]);
    });

    it('200: behind POST /verify names the client that the caller names, and counts the caller’s own use', async () => {
      const caller = await keyWith({ permissions: ['apikeys:verify'] });
      const key = await keyWith({ permissions: ['orders:read', 'orders:refund'] });
      const client = { application: 'shop', ip: '198.51.100.4', userAgent: 'shop/3 (linux)' };
      const verify = (asked: object) => caller.client.post('/verify', { apiKey: key.secret, ...asked }).expect(200);
      for (let times = 0; times < 2; times += 1) await verify({ client, permissions: ['orders:read'] });
      await verify({ client: { application: 'worker' }, ip: '198.51.100.9' });
      await verify({ client: { application: 'worker', ip: null }, ip: '198.51.100.9', permissions: ['orders:cancel'] });
      await verify({});

      const { clients, totals, permissions } = await report(key);

      const shown = clients.map(({ application, ip, uses, refused }: Body) => [application, ip, uses, refused]);
      expect(shown.sort()).toEqual(
        [
          ['shop', '198.51.100.4', 2, 0],
          ['worker', '198.51.100.9', 1, 0],
          ['worker', null, 0, 1],
          [null, null, 1, 0],
        ].sort(),
      );
      expect(totals).toEqual({ ...NONE, valid: 4, denied: 1 });
      expect(permissions.map(({ name, uses }: Body) => [name, uses])).toEqual([['orders:read', 2]]);
      expect((await report(caller)).totals).toEqual({ ...NONE, valid: 5 });
      expect((await report(caller)).permissions).toMatchObject([{ name: 'apikeys:verify', uses: 5 }]);
    });

    it.each([
      [{ application: 'a'.repeat(101) }, 'client.application must have 1 to 100 characters.'],
      [{ application: 'a\u0007' }, 'client.application must be text without control characters.'],
      [{ ip: 'elsewhere' }, 'client.ip must be an IPv4 or IPv6 address, without a port or a zone'],
      [{ userAgent: 'a'.repeat(513) }, 'client.userAgent must have 1 to 512 characters.'],
      [{ name: 'a' }, 'client.name is not a known field'],
    ])('400: POST /verify refuses the client %j', async (client, message) => {
      const caller = await keyWith({ permissions: ['apikeys:verify'] });
      const { body } = await caller.client
        .post('/verify', { apiKey: caller.secret, client })
        .expect(400, 'request.invalid');
      expect(body.message).toContain(message);
    });

    it('200: counts what was refused by its reason', async () => {
      const caller = await keyWith({ permissions: ['apikeys:verify'] });
      const verify = (apiKey: string, asked = {}) => caller.client.post('/verify', { apiKey, ...asked }).expect(200);
      const disabled = await keyWith({});
      await workspace.operator.patch(`/apikey/${disabled.id}`, { enabled: false }).expect(200);
      const bound = await keyWith({ allowedIps: ['192.0.2.1'] });
      const limited = await keyWith({ rateLimit: { limit: 1, windowSeconds: 3600 } });
      const expired = await keyWith({ expiresInSeconds: 1 });
      service.advance(2000);
      for (const { secret } of [disabled, bound, limited, limited, expired]) await verify(secret);
      await limited.client.get('/apikey').expect(429);
      await disabled.client.get('/apikey').expect(401);
      await expired.client.get('/apikey').expect(401);

      expect((await report(disabled)).totals).toEqual({ ...NONE, disabled: 2 });
      expect((await report(bound)).totals).toEqual({ ...NONE, denied: 1 });
      expect((await report(limited)).totals).toEqual({ ...NONE, valid: 1, rateLimited: 2 });
      expect((await report(expired)).totals).toEqual({ ...NONE, expired: 2 });
      expect((await report(expired)).lastUsedDate).toBeNull();
    });

    it('200: its ETag changes with every verification, and with nothing else', async () => {
      const key = await keyWith({});
      const etag = async () =>
        (await workspace.operator.get(`/apikey/${key.id}/usage`).expect(200)).headers.get('etag');
      const first = await etag();
      expect(await etag()).toBe(first);
      await key.client.get('/apikey').expect(200);
      const second = await etag();
      expect(second).not.toBe(first);
      await key.client.delete(`/apikey/${key.id}`).expect(403);
      expect(await etag()).not.toBe(second);
    });

    it('200: tells minutes of a few hours, hours of a few days, and days, each as its own', async () => {
      const key = await keyWith({});
      await key.client.get('/apikey').expect(200);
      await report(key);
      service.advance(2 * DAY_MS);
      await key.client.get('/apikey').expect(200);
      const { asOf } = await report(key);
      const now = Date.parse((await report(key, '')).lastUsedDate);
      expect(asOf).toEqual(expect.any(String));
      const since = (ms: number) => `?from=${new Date(now - ms).toISOString()}&to=${new Date(now + 1).toISOString()}`;

      const minutes = await report(key, since(DAY_MS / 24));
      const hours = await report(key, since(3 * DAY_MS));
      const days = await report(key, since(30 * DAY_MS));

      const seconds = ({ series }: Body) => series.map(({ date, valid }: Body) => [Date.parse(date) % DAY_MS, valid]);
      const inUnit = (ms: number, unit: number) => Math.floor((ms % DAY_MS) / unit) * unit;
      expect(seconds(minutes)).toEqual([[expect.any(Number), 1]]);
      expect(Math.abs(seconds(minutes)[0][0] - inUnit(now, 60_000))).toBeLessThanOrEqual(60_000);
      expect(seconds(hours).map(([, valid]: number[]) => valid)).toEqual([1, 1]);
      expect(seconds(hours).every(([at]: number[]) => (at as number) % 3_600_000 === 0)).toBe(true);
      expect(seconds(days)).toEqual([
        [0, 1],
        [0, 1],
      ]);
      expect(minutes.from <= new Date(now - DAY_MS / 24).toISOString()).toBe(true);
      expect(days.from.endsWith('T00:00:00.000Z')).toBe(true);
    });

    it('200: lists the keys that it made, and of a service method too', async () => {
      const maker = await keyWith({ permissions: ['apikeys:create', 'apikeys:view'] });
      const { body } = await maker.client
        .post('/apikey', { keyName: uniqueName('Made'), permissions: ['apikeys:view'] })
        .expect(201);
      expect((await report(maker)).descendants).toEqual([{ id: body.id, keyName: body.keyName }]);
      const actor = Principal.system('job', workspace.id);
      const told = await service.app.get(UsageService, { strict: false }).report(actor, maker.id.toUpperCase());
      expect(told.descendants).toEqual([{ id: body.id, keyName: body.keyName }]);
      await workspace.operator.delete(`/apikey/${body.id}`).expect(200);
      expect((await report(maker)).descendants).toEqual([]);
    });

    it('200: says how much is of clients that are too many to be told apart', async () => {
      const key = await keyWith({});
      const verifier = service.app.get(KeyVerifier, { strict: false });
      for (let at = 0; at < 300; at += 1) await verifier.verify(key.secret, { client: { application: `app-${at}` } });
      const { clients, otherClients, totals } = await report(key);
      expect(clients).toHaveLength(200);
      expect(otherClients).toEqual({ uses: 100, refused: 0 });
      expect(totals.valid).toBe(300);
    });

    it('400: a period that ends before it begins, or is none', async () => {
      const { id } = await keyWith({});
      const get = (query: string) => workspace.operator.get(`/apikey/${id}/usage?${query}`);
      await get('from=2026-02-02T00:00:00Z&to=2026-02-01T00:00:00Z').expect(400, 'request.invalid');
      await get('from=yesterday').expect(400, 'request.invalid');
      await get('since=2026-02-02T00:00:00Z').expect(400, 'request.invalid');
    });

    it('401: without a key', async () => {
      await service.anonymous.get(`/apikey/${UNKNOWN}/usage`).expect(401);
    });

    it('403: names the missing permission', async () => {
      const { client, id } = await keyWith({ permissions: ['roles:view'] });
      const { body } = await client.get(`/apikey/${id}/usage`).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('apikeys:view');
    });

    it('404: an unknown key, one that is deleted, and another workspace’s', async () => {
      const other = await createWorkspace(service);
      const foreign = await other.keyWith('apikeys:view');
      const gone = await keyWith({});
      await workspace.operator.delete(`/apikey/${gone.id}`).expect(200);
      for (const id of [UNKNOWN, 'x', foreign.id, gone.id]) {
        await workspace.operator.get(`/apikey/${id}/usage`).expect(404, 'apikey.not_found');
      }
    });

    it('412: an operator who names no workspace', async () => {
      await service.operator.get(`/apikey/${UNKNOWN}/usage`).expect(412, 'workspace.required');
    });

    it('says since when it is incomplete where an instance ended without a word', async () => {
      const key = await keyWith({});
      const at = (ms: number) => new Date(Date.now() - DAY_MS + ms).toISOString();
      const [flushed, ended] = [at(0), at(300_000)];
      const insert = `INSERT INTO latchkey_usage_instances (id, since_date, flushed_date, ended_date, batch)
        VALUES ('${UNKNOWN}', '${flushed}', '${flushed}', '${ended}', 1)`;
      await withSql(service.store, (run) => run(insert));

      expect(await report(key)).toMatchObject({ complete: false, incompleteSince: flushed });
      expect(await report(key, `?from=${at(60_000)}`)).toMatchObject({ complete: false, incompleteSince: flushed });
      expect(await report(key, `?from=${at(7_500_000)}`)).toMatchObject({ complete: true, incompleteSince: null });

      await withSql(service.store, (run) => run(`DELETE FROM latchkey_usage_instances WHERE id = '${UNKNOWN}'`));
      expect(await report(key)).toMatchObject({ complete: true });
    });

    it('is complete after a process has stopped that remembers no keys', async () => {
      const key = await keyWith({});
      const modest = await startInstance(service, { LATCHKEY_CACHE_SIZE: '0' });
      await modest.anonymous.as(key.secret).get('/apikey').expect(200);
      await modest.stop();

      expect(await report(key)).toMatchObject({ complete: true, totals: { ...NONE, valid: 1 } });
      const counting = await withSql(service.store, (run) => run('SELECT id FROM latchkey_usage_instances'));
      expect(counting).toHaveLength(1);
    });

    it('is complete to the last use once its instance has stopped, whatever was under way', async () => {
      const key = await keyWith({});
      if (kind === 'postgres') {
        const other = await startInstance(service);
        const verifiers = [service, other].map(({ app }) => app.get(KeyVerifier, { strict: false }));
        for (let at = 0; at < 5000; at += 1) {
          for (const verifier of verifiers) await verifier.verify(key.secret, { ip: `192.0.2.${at % 3}` });
        }
        await other.stop();
      } else {
        const verifier = service.app.get(KeyVerifier, { strict: false });
        for (let at = 0; at < 10_000; at += 1) await verifier.verify(key.secret, { ip: `192.0.2.${at % 3}` });
        await service.app.get(KeyUses, { strict: false }).flush();
      }
      const { totals, complete, clients } = await report(key);
      expect(totals.valid).toBe(10_000);
      expect(complete).toBe(true);
      expect(clients).toHaveLength(3);
    });
  });
});
