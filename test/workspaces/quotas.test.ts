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

const VIEW = ['apikeys:view'];
const NOTHING_USED = {
  keys: { limit: 100_000, used: 0 },
  roles: { limit: 500, used: 0 },
  members: { limit: 100_000, used: 0 },
  permissions: { limit: 1000, used: 0 },
  rolesPerHolder: { limit: 20 },
  permissionsPerHolder: { limit: 200 },
};

describe('the quotas of a workspace', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    let provider: IdentityProviderFixture;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
    });

    const quotas = async (): Promise<Body> =>
      (await service.operator.get(`/workspace/${workspace.id}`).expect(200)).body.quotas;
    const limit = (limits: Record<string, unknown>) =>
      service.operator.patch(`/workspace/${workspace.id}`, { quotas: limits });

    /** Creates one of a kind, and tells its path. */
    const creates = {
      keys: (at: number) => ({
        request: workspace.operator.post('/apikey', { keyName: `Key ${at}`, permissions: VIEW }),
        path: ({ id }: Body) => `/apikey/${id}`,
      }),
      roles: (at: number) => ({
        request: workspace.operator.post('/role', { name: `Role ${at}`, permissions: VIEW }),
        path: ({ id }: Body) => `/role/${id}`,
      }),
      members: (at: number) => ({
        request: workspace.operator.put(`/member/ann${at}`, { permissions: VIEW }),
        path: ({ subject }: Body) => `/member/${subject}`,
      }),
      permissions: (at: number) => ({
        request: workspace.operator.post('/permission', { name: `orders:do${at}`, description: 'Do' }),
        path: ({ name }: Body) => `/permission/${name}`,
      }),
    };

    it('200: the limits and what is used, also in the list and of a new workspace', async () => {
      expect(await quotas()).toEqual(NOTHING_USED);
      const { body } = await service.operator.post('/workspace', { name: uniqueName('New') }).expect(201);
      expect(body.quotas).toEqual(NOTHING_USED);

      await workspace.keyWith(...VIEW);
      await workspace.operator.post('/role', { name: 'Support', permissions: VIEW }).expect(201);
      await workspace.operator.put('/member/ann', { roles: ['auditor'] }).expect(200);
      await workspace.operator.put('/member/ann', { roles: ['admin'] }).expect(200);
      await workspace.operator.post('/permission', { name: 'orders:refund', description: 'Refund' }).expect(201);

      const one = { limit: expect.any(Number), used: 1 };
      const used = { ...NOTHING_USED, keys: one, roles: one, members: one, permissions: one };
      expect(await quotas()).toEqual(used);
      const listed = (await service.operator.get('/workspace?limit=200').expect(200)).body;
      expect(listed.find(({ id }: Body) => id === workspace.id).quotas).toEqual(used);
      expect(listed.find(({ id }: Body) => id === body.id).quotas).toEqual(NOTHING_USED);
    });

    it.each(['keys', 'roles', 'members', 'permissions'] as const)(
      '409: no more %s than allowed; what is deleted makes room',
      async (name) => {
        const create = (at: number) => creates[name](at);
        await limit({ [name]: 2 }).expect(200);
        const { request, path } = create(1);
        const first = (await request).body;
        await create(2).request;

        const { body } = await create(3).request.expect(409, 'quota.exceeded');
        expect(body.message).toContain(`its quota ${name} allows 2`);
        expect(body.message).toContain(`PATCH /workspace/${workspace.id}`);
        expect((await quotas())[name]).toEqual({ limit: 2, used: 2 });

        await workspace.operator.delete(path(first)).expect(200);
        expect((await quotas())[name]).toEqual({ limit: 2, used: 1 });
        expect((await create(3).request).status).toBeLessThan(300);
        await create(4).request.expect(409, 'quota.exceeded');
        await limit({ [name]: 3 }).expect(200);
        expect((await create(4).request).status).toBeLessThan(300);
      },
    );

    it('one of many at once has the last place', async () => {
      await limit({ keys: 1 }).expect(200);
      const answers = await Promise.all(Array.from({ length: 8 }, (_, at) => creates.keys(at).request));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);
      expect((await quotas())['keys']).toEqual({ limit: 1, used: 1 });
      expect((await workspace.operator.get('/apikey').expect(200)).body).toHaveLength(1);
    });

    it('what is refused or deleted twice is not counted', async () => {
      const key = await workspace.keyWith(...VIEW);
      await workspace.operator.post('/apikey', { keyName: key.name, permissions: VIEW }).expect(409, 'apikey.conflict');
      const deletes = await Promise.all([1, 2, 3].map(() => workspace.operator.delete(`/apikey/${key.id}`)));
      expect(deletes.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
      expect((await quotas())['keys'].used).toBe(0);
    });

    it('a member who is removed makes room, and so do their keys if they are deleted', async () => {
      const used = async () => {
        const { keys, members } = await quotas();
        return { keys: keys.used, members: members.used };
      };
      const removal = async (query: string) => {
        await workspace.operator.put('/member/ann', { roles: ['manager'] }).expect(200);
        const ann = service.anonymous.as(await provider.token('ann')).in(workspace.id);
        for (let n = 0; n < 2; n += 1) {
          await ann.post('/apikey', { keyName: uniqueName('Key'), permissions: VIEW }).expect(201);
        }
        await workspace.operator.delete(`/member/ann${query}`).expect(200);
      };
      await workspace.operator.put('/member/bob', { roles: ['admin'] }).expect(200);
      await removal('?keys=delete');
      expect(await used()).toEqual({ keys: 0, members: 1 });
      await removal('');
      expect(await used()).toEqual({ keys: 2, members: 1 });
    });

    it('a limit below what is there leaves it, and lets nothing be added', async () => {
      const key = await workspace.keyWith(...VIEW);
      await limit({ keys: 0 }).expect(200);
      expect((await quotas())['keys']).toEqual({ limit: 0, used: 1 });
      await key.client.get('/apikey').expect(200);
      await creates.keys(2).request.expect(409, 'quota.exceeded');
    });

    it('409: no more permissions and roles for one holder than allowed', async () => {
      const { operator } = workspace;
      const two = ['apikeys:view', 'apikeys:update'];
      const held = await workspace.keyWith(...two);
      await limit({ permissionsPerHolder: 1, rolesPerHolder: 1 }).expect(200);

      const roles = ['auditor', 'viewer'];
      const refusals = [
        operator.post('/apikey', { keyName: 'x', permissions: two }),
        operator.post('/apikey', { keyName: 'x', roles }),
        operator.patch(`/apikey/${held.id}`, { permissions: [...two, 'apikeys:delete'] }),
        operator.patch(`/apikey/${held.id}`, { roles }),
        operator.post('/role', { name: 'x', permissions: two }),
        operator.put('/member/ann', { permissions: two }),
        operator.put('/member/ann', { roles }),
      ];
      for (const refusal of refusals) {
        const { body } = await refusal.expect(409, 'quota.exceeded');
        expect(body.message).toMatch(/quota (permissions|roles)PerHolder of the workspace allows 1\./);
      }
      await operator.patch(`/apikey/${held.id}`, { keyName: 'Renamed' }).expect(200);
      await operator.put('/member/ann', { roles: ['admin'], permissions: VIEW }).expect(200);
    });

    it('400: more for one holder than any workspace may allow', async () => {
      const many = (count: number) => Array.from({ length: count }, (_, at) => `orders:do${at}`);
      const { operator } = workspace;
      await operator.post('/apikey', { keyName: 'x', permissions: many(201) }).expect(400, 'request.invalid');
      await operator.post('/apikey', { keyName: 'x', roles: many(21) }).expect(400, 'request.invalid');
      await operator.put('/member/ann', { roles: many(21) }).expect(400, 'request.invalid');
      await operator.post('/role', { name: 'x', permissions: many(201) }).expect(400, 'request.invalid');
    });

    it('a change of limits is on the trail, one that changes none is not', async () => {
      await limit({ keys: 5, roles: 500 }).expect(200);
      await limit({ keys: 5 }).expect(200);
      await limit({}).expect(200);
      const { data } = (await workspace.operator.get('/audit?action=workspace.updated').expect(200)).body;
      expect(data.map(({ changes }: Body) => changes)).toEqual([[{ field: 'quotas.keys', before: 100_000, after: 5 }]]);
    });

    it('takes limits as they are answered, and the same is no change', async () => {
      const before = (await service.operator.get(`/workspace/${workspace.id}`).expect(200)).body;
      const { name, externalId, quotas: answered } = before;
      const same = { name, externalId, quotas: answered };
      const { body } = await service.operator.patch(`/workspace/${workspace.id}`, same).expect(200);
      expect(body).toEqual(before);
      await limit({ keys: { limit: 7 }, rolesPerHolder: { limit: 3 } }).expect(200);
      expect(await quotas()).toMatchObject({ keys: { limit: 7 }, rolesPerHolder: { limit: 3 } });
      const wrong = [{ limit: 1.5 }, { used: 1 }, {}, { limit: 1, used: 1, x: 1 }, { limit: null }, [1]];
      for (const keys of wrong) {
        const { body: refusal } = await limit({ keys }).expect(400, 'request.invalid');
        expect(refusal.details[0].field).toMatch(/^quotas\.keys/);
      }
    });

    it('400: an unknown quota, and a limit that is none', async () => {
      const wrong = [{ key: 1 }, { keys: -1 }, { keys: 1_000_001 }, { keys: 1.5 }, { keys: '5' }, { keys: null }];
      for (const limits of [...wrong, { rolesPerHolder: 21 }, { permissionsPerHolder: 201 }, { roles: 5001 }]) {
        const { body } = await limit(limits).expect(400, 'request.invalid');
        expect(body.details[0].field).toBe(`quotas.${Object.keys(limits)[0]}`);
      }
      expect(await quotas()).toEqual(NOTHING_USED);
    });

    it('403: for operators alone', async () => {
      const { client } = await workspace.keyWith('*');
      const { body } = await client
        .patch(`/workspace/${workspace.id}`, { quotas: { keys: 1 } })
        .expect(403, 'auth.permission_denied');
      expect(body.message).toContain('workspaces:manage');
    });

    it('goes with the workspace', async () => {
      await workspace.keyWith(...VIEW);
      await limit({ keys: 1 }).expect(200);
      await service.operator.delete(`/workspace/${workspace.id}`).expect(200);
      await creates.keys(1).request.expect(404, 'workspace.not_found');
    });
  });
});
