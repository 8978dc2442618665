import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body } from '../support/client.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const BUILT_IN = ['admin', 'manager', 'auditor', 'viewer'];

describe('GET /api/v1/role', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      for (const name of ['Delta', 'Alpha', 'Charlie', 'Bravo']) {
        await workspace.operator.post('/role', { name, permissions: [] }).expect(201);
      }
    });

    afterAll(() => service.stop());

    const namesOf = (roles: Body[]) => roles.map(({ name }) => String(name));

    it('200: the built-in ones first, then the workspace’s own by name', async () => {
      const { client } = await workspace.keyWith('roles:view');
      const { body, headers } = await client.get('/role').expect(200);
      expect(namesOf(body)).toEqual([...BUILT_IN, 'Alpha', 'Bravo', 'Charlie', 'Delta']);
      expect(headers.get('x-total-count')).toBe('8');
      expect(body[0]).toEqual({
        id: 'admin',
        name: 'admin',
        description: 'Everything in the workspace.',
        permissions: ['*'],
        builtIn: true,
        createdDate: null,
        updatedDate: null,
      });
      const other = await createWorkspace(service);
      expect(namesOf((await other.operator.get('/role').expect(200)).body)).toEqual(BUILT_IN);
    });

    it.each([1, 2, 3, 4, 5, 7, 8, 9])('200: pages of %i have each role once', async (limit) => {
      const names: string[] = [];
      for (let page = 1; page <= Math.ceil(8 / limit) + 1; page += 1) {
        const { body } = await workspace.operator.get(`/role?page=${page}&limit=${limit}`).expect(200);
        expect(body.total).toBe(8);
        expect(body.data.length).toBeLessThanOrEqual(limit);
        names.push(...namesOf(body.data));
      }
      expect(names).toEqual([...BUILT_IN, 'Alpha', 'Bravo', 'Charlie', 'Delta']);
    });

    it('400: a page that is none', async () => {
      for (const query of ['page=0', 'limit=0', 'limit=201', 'page=-1', 'page=x', 'name=x']) {
        await workspace.operator.get(`/role?${query}`).expect(400, 'request.invalid');
      }
    });

    it('401, 403, 412: without a key, without the permission, by the operator in no workspace', async () => {
      const { client } = await workspace.keyWith('roles:manage');
      for (const path of ['/role', '/role/admin']) {
        await service.anonymous.get(path).expect(401, 'auth.unauthenticated');
        await client.get(path).expect(403, 'auth.permission_denied');
        await service.operator.get(path).expect(412, 'workspace.required');
      }
    });
  });
});

describe('GET /api/v1/role/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const heldBy = async (id: string) => (await workspace.operator.get(`/role/${id}`).expect(200)).body.heldBy;

    const give = async (role: string) => {
      const key = { keyName: uniqueName('Key'), roles: [role] };
      return (await workspace.operator.post('/apikey', key).expect(201)).body.id as string;
    };

    it('200: says how many keys and members hold it, as long as they do', async () => {
      const role = (await workspace.operator.post('/role', { name: 'Support', permissions: [] }).expect(201)).body;
      expect((await workspace.operator.get(`/role/${role.id}`).expect(200)).body).toEqual({
        ...role,
        heldBy: { keys: 0, members: 0 },
      });
      const [one, two] = [await give('Support'), await give(role.id)];
      await workspace.operator.put('/member/ann', { roles: ['Support'] }).expect(200);
      expect(await heldBy(role.id)).toEqual({ keys: 2, members: 1 });
      expect(await heldBy(role.id.toUpperCase())).toEqual({ keys: 2, members: 1 });

      await workspace.operator.delete(`/apikey/${one}`).expect(200);
      await workspace.operator.patch(`/apikey/${two}`, { roles: [], permissions: ['apikeys:view'] }).expect(200);
      await workspace.operator.delete('/member/ann').expect(200);
      expect(await heldBy(role.id)).toEqual({ keys: 0, members: 0 });
    });

    it('200: a built-in one, counted in this workspace alone', async () => {
      const other = await createWorkspace(service);
      await other.operator.put('/member/ann', { roles: ['auditor'] }).expect(200);
      await give('auditor');
      expect(await heldBy('auditor')).toEqual({ keys: 1, members: 0 });
    });

    it('404: unknown ids, another workspace’s, and names of custom roles', async () => {
      const other = await createWorkspace(service);
      const foreign = (await other.operator.post('/role', { name: 'Foreign', permissions: [] }).expect(201)).body.id;
      for (const id of [foreign, '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11', 'Foreign', 'Admin', 'a%00b', '*']) {
        await workspace.operator.get(`/role/${id}`).expect(404, 'role.not_found');
      }
    });
  });
});
