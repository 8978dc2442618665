import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import type { Body, Client } from '../support/client.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

/** Texts that no permission is called, and no wildcard either. */
const NO_PERMISSIONS = ['ordersX', 'orders', 'orders:', ':refund', ':*', '**', 'orders:re*', 'orders:a:b', '*:view'];

describe('POST /api/v1/verify', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let caller: Client;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      caller = (await workspace.keyWith('apikeys:verify')).client;
    });

    afterAll(() => service.stop());

    let names = 0;
    const keyWith = async (body: Body = {}): Promise<Body> => {
      names += 1;
      const settings = { keyName: `Asked ${names}`, permissions: ['apikeys:view'], ...body };
      return (await workspace.operator.post('/apikey', settings).expect(201)).body;
    };
    const verify = async (apiKey: string, request: Body = {}, by = caller): Promise<Body> =>
      (await by.post('/verify', { apiKey, ...request }).expect(200)).body;

    it('200: what the key is and may do, the same from the database and from memory', async () => {
      await workspace.operator.post('/permission', { name: 'orders:refund', description: 'Refund.' }).expect(201);
      const key = await keyWith({
        permissions: ['orders:*', 'orders:refund'],
        roles: ['auditor'],
        metadata: { team: 'billing', nested: { deep: [1, null] } },
        expirationDate: '2099-01-31T12:00:00.000Z',
      });
      const expected = {
        valid: true,
        keyId: key.id,
        workspaceId: workspace.id,
        keyName: key.keyName,
        permissions: ['orders:*', 'apikeys:view', 'auditLogs:*'],
        metadata: { team: 'billing', nested: { deep: [1, null] } },
        expirationDate: '2099-01-31T12:00:00.000Z',
      };

      expect(await verify(key.apiKey, { permissions: ['orders:refund', 'apikeys:view'] })).toEqual(expected);
      const { hits } = service.app.get(KeyVerifier, { strict: false }).statistics();
      expect(await verify(key.apiKey, { permissions: ['orders:refund'], ip: '2001:db8::7', cost: 3 })).toEqual(
        expected,
      );
      expect(service.app.get(KeyVerifier, { strict: false }).statistics().hits).toBeGreaterThan(hits);
    });

    it('200: why a key is refused, each time anew', async () => {
      const gone = await keyWith();
      await workspace.operator.delete(`/apikey/${gone.id}`).expect(200);
      const off = await keyWith();
      await workspace.operator.patch(`/apikey/${off.id}`, { enabled: false }).expect(200);
      const near = await keyWith({ allowedIps: ['203.0.113.0/24'] });
      const weak = await keyWith();
      const foreign = await (await createWorkspace(service)).keyWith('*');
      for (let time = 0; time < 2; time += 1) {
        expect(await verify(generateKey('lk'))).toEqual({ valid: false, code: 'not_found' });
        expect(await verify('no key at all')).toEqual({ valid: false, code: 'not_found' });
        expect(await verify(foreign.secret)).toEqual({ valid: false, code: 'not_found' });
        expect(await verify(gone.apiKey)).toEqual({ valid: false, code: 'deleted' });
        expect(await verify(off.apiKey)).toEqual({ valid: false, code: 'disabled' });
        expect(await verify(near.apiKey, { ip: '203.0.113.9' })).toMatchObject({ valid: true });
        expect(await verify(near.apiKey, { ip: '203.0.114.9' })).toEqual({ valid: false, code: 'ip_not_allowed' });
        expect(await verify(near.apiKey)).toEqual({ valid: false, code: 'ip_not_allowed' });
        expect(await verify(weak.apiKey, { permissions: ['apikeys:view', 'apikeys:delete', 'orders:*'] })).toEqual({
          valid: false,
          code: 'insufficient_permissions',
          missing: ['apikeys:delete', 'orders:*'],
        });
      }
    });

    it('200: another workspace’s deleted or disabled key is not found either', async () => {
      const other = await createWorkspace(service);
      const [gone, off] = [await other.keyWith('*'), await other.keyWith('*')];
      await other.operator.delete(`/apikey/${gone.id}`).expect(200);
      await other.operator.patch(`/apikey/${off.id}`, { enabled: false }).expect(200);
      expect(await verify(gone.secret)).toEqual({ valid: false, code: 'not_found' });
      expect(await verify(off.secret)).toEqual({ valid: false, code: 'not_found' });
    });

    it('200: a key expires by itself, also in memory', async () => {
      const key = await keyWith({ expiresInSeconds: 3600 });
      expect(await verify(key.apiKey)).toMatchObject({ valid: true });
      service.advance(3_600_001);
      expect(await verify(key.apiKey)).toEqual({ valid: false, code: 'expired' });
      service.advance(-3_600_001);
      expect(await verify(key.apiKey)).toMatchObject({ valid: true });
    });

    it('200: a rate limit, of which a use may take more than one', async () => {
      const key = await keyWith({ rateLimit: { limit: 5, windowSeconds: 60 } });
      expect(await verify(key.apiKey, { cost: 4 })).toMatchObject({ valid: true });
      expect(await verify(key.apiKey, { permissions: ['*'] })).toMatchObject({ code: 'insufficient_permissions' });
      expect(await verify(key.apiKey)).toMatchObject({ valid: true });
      expect(await verify(key.apiKey)).toMatchObject({ valid: false, code: 'rate_limited' });
    });

    it('200: by the operator in a workspace, by a member, by a key of any such role', async () => {
      const key = await keyWith();
      expect(await verify(key.apiKey, {}, workspace.operator)).toMatchObject({ valid: true, keyId: key.id });
      const manager = await keyWith({ permissions: [], roles: ['manager'] });
      expect(await verify(key.apiKey, {}, service.anonymous.as(manager.apiKey))).toMatchObject({ valid: true });
    });

    it('uses show as lastUsedDate', async () => {
      const key = await keyWith();
      await verify(key.apiKey);
      await verify(key.apiKey);
      await expect(lastUsed(key)).resolves.toEqual(expect.stringMatching(/^\d{4}-/));
    });

    const lastUsed = async ({ id }: Body): Promise<unknown> => {
      for (;;) {
        const { body } = await workspace.operator.get(`/apikey/${id}`).expect(200);
        if (body.lastUsedDate !== null) return body.lastUsedDate;
      }
    };

    it('leaves nothing of the key it was asked about on the trail', async () => {
      const key = await keyWith();
      await caller.post('/verify', { apiKey: key.apiKey, nonsense: true }).expect(400, 'request.invalid');
      await caller.post('/verify', { apiKey: key.apiKey, permissions: [key.apiKey] }).expect(400, 'request.invalid');
      const { text } = await workspace.operator.get('/audit?limit=500').expect(200);
      expect(text).not.toContain(key.apiKey);
    });

    it('400: names each field that is wrong, and repeats no key', async () => {
      const { apiKey } = await keyWith();
      const wrong: [Body, string][] = [
        [{}, 'apiKey'],
        [{ apiKey: 7 }, 'apiKey'],
        [{ apiKey: '' }, 'apiKey'],
        [{ apiKey: `${apiKey}\0` }, 'apiKey'],
        [{ apiKey: ['x'] }, 'apiKey'],
        [{ apiKey: 'x'.repeat(513) }, 'apiKey'],
        [{ apiKey, permissions: 'apikeys:view' }, 'permissions'],
        [{ apiKey, permissions: ['apikeys:view', 'apikeys:view'] }, 'permissions'],
        [{ apiKey, permissions: [''] }, 'permissions'],
        ...NO_PERMISSIONS.map((text): [Body, string] => [{ apiKey, permissions: [text] }, 'permissions']),
        [{ apiKey, ip: 'localhost' }, 'ip'],
        [{ apiKey, ip: '203.0.113.7:80' }, 'ip'],
        [{ apiKey, ip: '[2001:db8::1]' }, 'ip'],
        [{ apiKey, ip: 'fe80::1%eth0' }, 'ip'],
        [{ apiKey, ip: null }, 'ip'],
        [{ apiKey, cost: 0 }, 'cost'],
        [{ apiKey, cost: 1.5 }, 'cost'],
        [{ apiKey, cost: 1e300 }, 'cost'],
        [{ apiKey, workspaceId: workspace.id }, 'workspaceId'],
      ];
      for (const [body, field] of wrong) {
        const { body: refusal, text } = await caller.post('/verify', body).expect(400, 'request.invalid');
        expect([field, refusal.details[0].field]).toEqual([field, field]);
        expect(text).not.toContain(apiKey);
      }
    });

    it('200: what has the form of a permission may be asked for, whether it exists or not', async () => {
      const { apiKey } = await keyWith();
      const missing = ['*', 'orders:*', 'order.lines:re-fund_2', 'x'.repeat(50) + ':' + 'y'.repeat(49)];
      expect(await verify(apiKey, { permissions: missing })).toEqual({
        valid: false,
        code: 'insufficient_permissions',
        missing,
      });
    });

    it('401: without a key, with one that is deleted', async () => {
      await service.anonymous.post('/verify', { apiKey: 'x' }).expect(401, 'auth.unauthenticated');
      const former = await workspace.keyWith('apikeys:verify');
      expect(await verify('x', {}, former.client)).toEqual({ valid: false, code: 'not_found' });
      await workspace.operator.delete(`/apikey/${former.id}`).expect(200);
      await former.client.post('/verify', { apiKey: 'x' }).expect(401, 'auth.unauthenticated');
    });

    it('403: names the missing permission; another workspace is not reached', async () => {
      const { client } = await workspace.keyWith('apikeys:view');
      const { body } = await client.post('/verify', { apiKey: 'x' }).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('apikeys:verify');
      const other = await createWorkspace(service);
      await caller.in(other.id).post('/verify', { apiKey: 'x' }).expect(404, 'workspace.not_found');
    });

    it('412: the operator without a workspace', async () => {
      await service.operator.post('/verify', { apiKey: 'x' }).expect(412, 'workspace.required');
    });

    it('429: a caller whose own limit is used up', async () => {
      const settings = { permissions: ['apikeys:verify'], rateLimit: { limit: 2, windowSeconds: 60 } };
      const slow = service.anonymous.as((await keyWith(settings)).apiKey);
      await verify('x', {}, slow);
      await verify('x', {}, slow);
      await slow.post('/verify', { apiKey: 'x' }).expect(429, 'rate_limit.exceeded');
    });
  });
});
