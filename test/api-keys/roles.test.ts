import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../support/client.js';
import { queue } from '../support/queue.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('keys with roles', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let support: Body;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      const role = { name: 'Support', permissions: ['apikeys:view', 'auditLogs:view'] };
      support = (await workspace.operator.post('/role', role).expect(201)).body;
    });

    afterAll(() => service.stop());

    const create = (body: object, client = workspace.operator) =>
      client.post('/apikey', { keyName: uniqueName('Key'), ...body });

    const get = async (id: string) => (await workspace.operator.get(`/apikey/${id}`).expect(200)).body;

    const updatesOf = async (id: string) =>
      (await workspace.operator.get(`/audit?targetId=${id}&action=apikey.updated`).expect(200)).body.data;

    it('201: roles by name and by id, in that order, next to direct permissions', async () => {
      const asked = { roles: ['viewer', support.id], permissions: ['roles:view'] };
      const { body } = await create(asked).expect(201);
      expect(body).toMatchObject({
        roles: ['viewer', 'Support'],
        permissions: ['roles:view'],
        effectivePermissions: ['roles:view', 'apikeys:view', 'auditLogs:view'],
      });
      const { apiKey, ...shown } = body;
      expect(await get(body.id)).toMatchObject({ ...shown, apiKey: expect.not.stringContaining(apiKey) });
      const listed: Body[] = (await workspace.operator.get('/apikey').expect(200)).body;
      expect(listed.find(({ id }) => id === body.id)).toMatchObject(shown);
      const key = service.anonymous.as(apiKey);
      for (const path of ['/apikey', '/audit', '/role']) await key.get(path).expect(200);
      await key.get('/member').expect(403, 'auth.permission_denied');
      expect((await key.get('/me').expect(200)).body.permissions).toEqual(shown.effectivePermissions);
    });

    it('201: roles alone, or permissions alone; the record names both', async () => {
      const { body } = await create({ roles: ['auditor'] }).expect(201);
      expect(body).toMatchObject({ permissions: [], effectivePermissions: ['apikeys:view', 'auditLogs:*'] });
      expect((await create({ permissions: ['apikeys:view'] }).expect(201)).body.roles).toEqual([]);
      const { data } = (await workspace.operator.get(`/audit?targetId=${body.id}`).expect(200)).body;
      expect(data[0].changes).toContainEqual({ field: 'roles', before: null, after: ['auditor'] });
    });

    it('201: a role twice, by name and by id in any case, is there once', async () => {
      const roles = ['Support', support.id, support.id.toUpperCase()];
      expect((await create({ roles }).expect(201)).body.roles).toEqual(['Support']);
      expect((await create({ roles: roles.slice(2) }).expect(201)).body.roles).toEqual(['Support']);
    });

    it('201: `*` says all there is to say', async () => {
      const { body } = await create({ roles: ['admin', 'viewer'], permissions: ['apikeys:view'] }).expect(201);
      expect(body.effectivePermissions).toEqual(['*']);
    });

    it('400: neither roles nor permissions', async () => {
      for (const body of [{}, { roles: [] }, { permissions: [] }, { roles: [], permissions: [] }]) {
        const answer = await create(body).expect(400, 'request.invalid');
        expect(answer.body.details).toEqual([
          { field: 'permissions', message: 'permissions must name at least one, unless roles does.' },
        ]);
      }
    });

    it('400: an unknown role, with the nearest name; another workspace’s', async () => {
      const other = await createWorkspace(service);
      const foreign = (await other.operator.post('/role', { name: 'Foreign', permissions: [] }).expect(201)).body;
      for (const permissions of [['apikeys:view'], ['*']]) {
        const name = permissions.includes('*') ? 'Owner' : 'Caller';
        await workspace.operator.post('/role', { name, permissions }).expect(201);
      }
      for (const same of ['support', 'Supports', 'callers']) {
        const meant = same === 'callers' ? 'Caller' : 'Support';
        const { body } = await create({ roles: [same] }).expect(400, 'role.unknown');
        expect(body.message).toBe(`There is no role ${same}; did you mean ${meant}?`);
      }
      for (const another of ['Suport', 'Supporter', 'owner', 'Owners']) {
        const { body } = await create({ roles: [another] }).expect(400, 'role.unknown');
        expect(body.message).toBe(`There is no role ${another}. GET /role lists them.`);
      }
      const { body } = await create({ roles: ['support', 'Foreign'] }).expect(400, 'role.unknown');
      expect(body.details.map(({ field }: Body) => field)).toEqual(['roles', 'roles']);
      await create({ roles: [foreign.id] }).expect(400, 'role.unknown');
      await create({ roles: ['admin'], permissions: ['apikeys:veiw'] }).expect(400, 'permission.unknown');
      for (const roles of ['admin', [7], ['admin', 'admin'], [''], null]) {
        await create({ roles }).expect(400, 'request.invalid');
      }
    });

    it('403: a role with more than the caller holds', async () => {
      const { client } = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const { body } = await create({ roles: ['Support'] }, client).expect(403, 'auth.escalation');
      expect(body.message).toContain('auditLogs:view');
      await create({ roles: ['admin'] }, client).expect(403, 'auth.escalation');
      await create({ roles: ['viewer'] }, client).expect(201);
    });

    it('PATCH 200: other roles, at once in force, with before and after and a new version', async () => {
      const made = (await create({ roles: ['Support'] }).expect(201)).body;
      const key = service.anonymous.as(made.apiKey);
      await key.get('/audit').expect(200);
      const { body, headers } = await workspace.operator.patch(`/apikey/${made.id}`, { roles: ['viewer'] }).expect(200);
      expect(body).toMatchObject({ roles: ['viewer'], effectivePermissions: ['apikeys:view'] });
      expect(headers.get('etag')).toBe('"2"');
      await key.get('/audit').expect(403, 'auth.permission_denied');
      await key.get('/apikey').expect(200);
      expect(await updatesOf(made.id)).toMatchObject([
        { changes: [{ field: 'roles', before: ['Support'], after: ['viewer'] }] },
      ]);
    });

    it('PATCH 200: the same roles, by id, change nothing; roles stay where only the name changes', async () => {
      const made = (await create({ roles: ['Support', 'viewer'] }).expect(201)).body;
      await workspace.operator.patch(`/apikey/${made.id}`, { roles: [support.id, 'viewer'] }).expect(200);
      expect(await updatesOf(made.id)).toEqual([]);
      await workspace.operator.patch(`/apikey/${made.id}`, { keyName: uniqueName('Renamed') }).expect(200);
      expect((await get(made.id)).roles).toEqual(['Support', 'viewer']);
    });

    it('PATCH 400: a key would be left with neither', async () => {
      const made = (await create({ roles: ['viewer'] }).expect(201)).body;
      await workspace.operator.patch(`/apikey/${made.id}`, { roles: [] }).expect(400, 'request.invalid');
      await workspace.operator.patch(`/apikey/${made.id}`, { roles: ['viewers'] }).expect(400, 'role.unknown');
      await workspace.operator.patch(`/apikey/${made.id}`, { roles: [], permissions: ['apikeys:view'] }).expect(200);
      expect(await get(made.id)).toMatchObject({ roles: [], permissions: ['apikeys:view'] });
    });

    it('PATCH 403: roles beyond the caller, or a key that does more than the caller may', async () => {
      const { client } = await workspace.keyWith('apikeys:update', 'apikeys:view');
      const made = (await create({ roles: ['viewer'] }).expect(201)).body;
      await client.patch(`/apikey/${made.id}`, { roles: ['Support'] }).expect(403, 'auth.escalation');
      const broad = (await create({ roles: ['admin'] }).expect(201)).body;
      await client.patch(`/apikey/${broad.id}`, { expiresInSeconds: 60 }).expect(200);
      await client.patch(`/apikey/${broad.id}`, { expirationDate: null }).expect(403, 'auth.escalation');
      await client.patch(`/apikey/${broad.id}`, { enabled: false }).expect(200);
      await client.patch(`/apikey/${broad.id}`, { enabled: true }).expect(403, 'auth.escalation');
    });

    it('PUT 200: replaces name and permissions, and keeps the roles', async () => {
      const made = (await create({ roles: ['Support'] }).expect(201)).body;
      const next = { keyName: uniqueName('Key'), permissions: ['roles:view'] };
      const { body } = await workspace.operator.put(`/apikey/${made.id}`, next).expect(200);
      expect(body).toMatchObject({
        ...next,
        roles: ['Support'],
        effectivePermissions: ['roles:view', 'apikeys:view', 'auditLogs:view'],
      });
    });

    it('DELETE 200: also a role that the key was given while the deletion waited is free again', async () => {
      const role = (await workspace.operator.post('/role', { name: 'Late', permissions: [] }).expect(201)).body;
      const made = (await create({ permissions: ['apikeys:view'] }).expect(201)).body;
      const held = `SELECT 1 FROM latchkey_api_keys WHERE id = '${made.id}' FOR UPDATE`;
      const [patched, deleted] = await queue(service, held, [
        () => workspace.operator.patch(`/apikey/${made.id}`, { roles: ['Late'] }),
        () => workspace.operator.delete(`/apikey/${made.id}`),
      ]);
      expect([patched?.status, deleted?.status]).toEqual([200, 200]);
      await workspace.operator.delete(`/role/${role.id}`).expect(200);
    });

    it('DELETE 200: the role is free again', async () => {
      const role = (await workspace.operator.post('/role', { name: 'Brief', permissions: [] }).expect(201)).body;
      const made = (await create({ roles: ['Brief'] }).expect(201)).body;
      await workspace.operator.delete(`/role/${role.id}`).expect(409, 'role.in_use');
      await workspace.operator.delete(`/apikey/${made.id}`).expect(200);
      await workspace.operator.delete(`/role/${role.id}`).expect(200);
    });
  });
});
