import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Body } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const UNKNOWN = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

describe('PUT /api/v1/role/:id', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let role: Body;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
      const body = { name: 'Support', description: 'Answers', permissions: ['apikeys:view'] };
      role = (await workspace.operator.post('/role', body).expect(201)).body;
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const put = (body: object, query = '') =>
      workspace.operator.put(`/role/${role.id}${query}`, { name: role.name, permissions: role.permissions, ...body });

    const keyHolding = async (body: object) => {
      const key = (await workspace.operator.post('/apikey', { keyName: uniqueName('Key'), ...body }).expect(201)).body;
      return { id: String(key.id), client: service.anonymous.as(key.apiKey) };
    };

    const person = async (subject: string, body: object) => {
      await workspace.operator.put(`/member/${subject}`, body).expect(200);
      return service.anonymous.as(await provider.token(subject)).in(workspace.id);
    };

    const updates = async () =>
      (await workspace.operator.get(`/audit?targetId=${role.id}&action=role.updated`).expect(200)).body.data;

    it('200: replaced as a whole, with before and after on the trail', async () => {
      const { body } = await put({ name: 'Help desk', permissions: ['apikeys:delete'] }).expect(200);
      expect(body).toEqual({
        ...role,
        name: 'Help desk',
        description: null,
        permissions: ['apikeys:delete'],
        updatedDate: body.updatedDate,
      });
      expect((await workspace.operator.get(`/role/${role.id}`).expect(200)).body).toMatchObject(body);
      expect(await updates()).toMatchObject([
        {
          actor: { type: 'operator' },
          targets: [{ type: 'role', id: role.id, display: 'Help desk' }],
          changes: [
            { field: 'name', before: 'Support', after: 'Help desk' },
            { field: 'description', before: 'Answers', after: null },
            { field: 'permissions', before: ['apikeys:view'], after: ['apikeys:delete'] },
          ],
        },
      ]);
    });

    it('200: keys and members have the new permissions at their next request, and only those', async () => {
      const key = await keyHolding({ roles: ['Support'] });
      const ann = await person('ann', { roles: [role.id] });
      for (const holder of [key.client, ann]) {
        await holder.get('/apikey').expect(200);
        await holder.get('/audit').expect(403, 'auth.permission_denied');
      }
      await put({ permissions: ['auditLogs:view'] }).expect(200);
      for (const holder of [key.client, ann]) {
        await holder.get('/apikey').expect(403, 'auth.permission_denied');
        await holder.get('/audit').expect(200);
      }
      const shown = (await workspace.operator.get(`/apikey/${key.id}`).expect(200)).body;
      expect(shown).toMatchObject({ permissions: [], roles: ['Support'], effectivePermissions: ['auditLogs:view'] });
    });

    it('200: what changes nothing leaves no record', async () => {
      expect((await put({ description: 'Answers' }).expect(200)).body).toEqual(role);
      expect(await updates()).toEqual([]);
    });

    it('400, 409, 403: as for a new role; nothing is changed', async () => {
      await workspace.operator.post('/role', { name: 'Other', permissions: [] }).expect(201);
      const { client } = await workspace.keyWith('roles:manage', 'apikeys:view');
      for (const query of ['', '?dryRun=true']) {
        await put({ permissions: ['apikeys:veiw'] }, query).expect(400, 'permission.unknown');
        await put({ name: UNKNOWN }, query).expect(400, 'request.invalid');
        await put({ name: 'Other' }, query).expect(409, 'role.conflict');
        await put({ name: 'admin' }, query).expect(409, 'role.conflict');
        const wider = { name: 'Support', permissions: ['apikeys:delete'] };
        await client.put(`/role/${role.id}${query}`, wider).expect(403, 'auth.escalation');
      }
      await put({}, '?dryRun=yes').expect(400, 'request.invalid');
      const { heldBy, ...now } = (await workspace.operator.get(`/role/${role.id}`).expect(200)).body;
      expect(now).toEqual(role);
      expect(heldBy).toEqual({ keys: 0, members: 0 });
    });

    it.each<[string, object]>([
      ['narrowing', { permissions: ['apikeys:view'] }],
      ['emptying', { permissions: [] }],
      ['another name', { name: 'Nobodies' }],
      ['another description', { description: 'Defaced' }],
      ['all of it at once', { name: 'Nobodies', description: 'Defaced', permissions: [] }],
    ])('403: %s, by who does not hold what the role holds; its holders keep what they have', async (_, change) => {
      await put({ permissions: ['apikeys:view', 'apikeys:delete'] }).expect(200);
      const body = { ...(await workspace.operator.get(`/role/${role.id}`).expect(200)).body };
      const key = await keyHolding({ roles: ['Support'] });
      await person('ann', { roles: ['Support'] });
      const weak = await workspace.keyWith('roles:manage', 'members:manage', 'apikeys:view');
      const next = { name: body.name, description: body.description, permissions: body.permissions, ...change };

      for (const query of ['', '?dryRun=true']) {
        const answer = await weak.client.put(`/role/${role.id}${query}`, next).expect(403, 'auth.escalation');
        expect(answer.body.message).toContain('does not have: apikeys:delete.');
      }

      expect((await workspace.operator.get(`/role/${role.id}`).expect(200)).body).toMatchObject({
        ...body,
        heldBy: { keys: 1, members: 1 },
      });
      await weak.client.put('/member/ann', { roles: [] }).expect(403, 'auth.escalation');
      await weak.client.delete('/member/ann').expect(403, 'auth.escalation');
      expect((await key.client.get('/me').expect(200)).body.permissions).toEqual(['apikeys:view', 'apikeys:delete']);
      const equal = await workspace.keyWith('roles:manage', 'apikeys:view', 'apikeys:delete');
      for (const query of ['?dryRun=true', '']) {
        await equal.client.put(`/role/${role.id}${query}`, next).expect(200);
      }
    });

    it('200: what changes nothing, by who does not hold what the role holds', async () => {
      const { client } = await workspace.keyWith('roles:manage');
      const same = { name: 'Support', description: 'Answers', permissions: ['apikeys:view'] };
      expect((await client.put(`/role/${role.id}`, same).expect(200)).body).toEqual(role);
    });

    it('404, 409: unknown, another workspace’s, built-in', async () => {
      const stranger = await createWorkspace(service);
      const body = { name: 'x', permissions: [] };
      for (const query of ['', '?dryRun=true']) {
        await stranger.operator.put(`/role/${role.id}${query}`, body).expect(404, 'role.not_found');
        await workspace.operator.put(`/role/${UNKNOWN}${query}`, body).expect(404, 'role.not_found');
        await workspace.operator.put(`/role/none${query}`, body).expect(404, 'role.not_found');
        for (const name of ['admin', 'manager', 'auditor', 'viewer']) {
          await workspace.operator.put(`/role/${name}${query}`, body).expect(409, 'role.built_in');
        }
      }
    });

    it('401, 403, 412: without a key, without the permission, without an id', async () => {
      const { client } = await workspace.keyWith('roles:view');
      const body = { name: 'x', permissions: [] };
      await service.anonymous.put(`/role/${role.id}`, body).expect(401, 'auth.unauthenticated');
      await client.put(`/role/${role.id}`, body).expect(403, 'auth.permission_denied');
      await workspace.operator.put('/role', body).expect(412, 'request.id_required');
      await workspace.operator.put('/role/', body).expect(412, 'request.id_required');
    });

    describe('?dryRun=true', () => {
      it('200: says which key and member would gain and lose what, and changes nothing', async () => {
        const key = await keyHolding({ roles: ['Support'], permissions: ['auditLogs:view'] });
        await person('ann', { roles: ['Support'] });
        await person('adm', { roles: ['Support', 'admin'] });
        await keyHolding({ permissions: ['apikeys:view'] });
        const next = { name: 'Desk', permissions: ['apikeys:create', 'auditLogs:view'] };

        const { body } = await put(next, '?dryRun=true').expect(200);

        expect(body.role).toMatchObject({ id: role.id, ...next });
        expect(body.complete).toBe(true);
        // The key has auditLogs:view of its own, and whoever is admin has everything already.
        expect(body.effects).toEqual([
          { type: 'member', id: 'ann', gains: ['apikeys:create', 'auditLogs:view'], loses: ['apikeys:view'] },
          { type: 'apikey', id: key.id, gains: ['apikeys:create'], loses: ['apikeys:view'] },
        ]);
        expect((await workspace.operator.get(`/role/${role.id}`).expect(200)).body).toMatchObject(role);
        expect(await updates()).toEqual([]);
        await key.client.get('/apikey').expect(200);
      });

      it('200: says so too of keys that are bound to a member, and foretells what happens', async () => {
        await put({ permissions: ['apikeys:*'] }).expect(200);
        const ann = await person('ann', { roles: ['Support'] });
        const permissions = ['apikeys:delete', 'apikeys:view'];
        const made = await ann.post('/apikey', { keyName: uniqueName('Key'), permissions }).expect(201);
        const bound = String(made.body.id);
        const narrower = { permissions: ['apikeys:view', 'apikeys:create'] };

        const { effects } = (await put(narrower, '?dryRun=true').expect(200)).body;

        expect(effects).toEqual([
          { type: 'member', id: 'ann', gains: [], loses: ['apikeys:update', 'apikeys:delete', 'apikeys:verify'] },
          { type: 'apikey', id: bound, gains: [], loses: ['apikeys:delete'] },
        ]);
        await put(narrower).expect(200);
        const { effectivePermissions } = (await workspace.operator.get(`/apikey/${bound}`).expect(200)).body;
        expect(effectivePermissions).toEqual(['apikeys:view']);
        const back = (await put({ permissions: ['apikeys:*'] }, '?dryRun=true').expect(200)).body.effects;
        expect(back).toContainEqual({ type: 'apikey', id: bound, gains: ['apikeys:delete'], loses: [] });
      });

      it('200: of many holders looks at the first hundred, and says so', async () => {
        for (let n = 0; n < 101; n += 1) {
          await workspace.operator.put(`/member/m${n}`, { roles: [role.id] }).expect(200);
        }
        const { body } = await put({ permissions: [] }, '?dryRun=true').expect(200);
        expect(body.effects).toHaveLength(100);
        expect(body.complete).toBe(false);
      });

      it('200: names the permissions of applications that a wildcard reaches', async () => {
        for (const name of ['orders:refund', 'orders:cancel']) {
          await workspace.operator.post('/permission', { name, description: 'Some' }).expect(201);
        }
        const key = await keyHolding({ roles: ['Support'] });
        const { effects } = (await put({ permissions: ['orders:*'] }, '?dryRun=true').expect(200)).body;
        expect(effects).toEqual([
          { type: 'apikey', id: key.id, gains: ['orders:cancel', 'orders:refund'], loses: ['apikeys:view'] },
        ]);
      });
    });
  });
});
