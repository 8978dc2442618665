import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('DELETE /api/v1/role/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let id: string;

    beforeAll(async () => {
      service = await startService(kind);
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
      id = (await workspace.operator.post('/role', { name: 'Support', permissions: ['apikeys:view'] }).expect(201)).body
        .id;
    });

    afterAll(() => service.stop());

    it('200: it is gone, its name is free, and the trail says what it was', async () => {
      const { client } = await workspace.keyWith('roles:manage', 'apikeys:view');
      expect((await client.delete(`/role/${id}`).expect(200)).body).toEqual({ affected: 1, raw: [] });
      await workspace.operator.get(`/role/${id}`).expect(404, 'role.not_found');
      await workspace.operator.delete(`/role/${id}`).expect(404, 'role.not_found');
      const { data } = (await workspace.operator.get(`/audit?targetId=${id}&action=role.deleted`).expect(200)).body;
      expect(data).toMatchObject([
        {
          actor: { type: 'apikey' },
          targets: [{ type: 'role', id, display: 'Support' }],
          changes: [
            { field: 'name', before: 'Support', after: null },
            { field: 'permissions', before: ['apikeys:view'], after: null },
          ],
        },
      ]);
      await workspace.operator.post('/role', { name: 'Support', permissions: [] }).expect(201);
    });

    it('403: by who does not hold what the role holds: deleted and created again, it would be replaced', async () => {
      const { client } = await workspace.keyWith('roles:manage', 'apikeys:create');
      const { body } = await client.delete(`/role/${id}`).expect(403, 'auth.escalation');
      expect(body.message).toContain('does not have: apikeys:view.');
      // Nor do they learn who holds it.
      await workspace.operator.put('/member/ann', { roles: ['Support'] }).expect(200);
      await client.delete(`/role/${id}`).expect(403, 'auth.escalation');
      expect((await workspace.operator.get(`/role/${id}`).expect(200)).body.heldBy).toEqual({ keys: 0, members: 1 });
    });

    it('409: names each key and member that holds it; 200 once nobody does', async () => {
      const key = { keyName: uniqueName('Key'), roles: ['Support'] };
      const keyId = (await workspace.operator.post('/apikey', key).expect(201)).body.id;
      await workspace.operator.put('/member/ann%7C1', { roles: ['Support'] }).expect(200);
      const { body } = await workspace.operator.delete(`/role/${id}`).expect(409, 'role.in_use');
      expect(body.message).toContain(`member ann|1, apikey ${keyId}.`);
      await workspace.operator.put('/member/ann%7C1', { roles: [] }).expect(200);
      await workspace.operator.delete(`/role/${id}`).expect(409, 'role.in_use');
      await workspace.operator.delete(`/apikey/${keyId}`).expect(200);
      await workspace.operator.delete(`/role/${id}`).expect(200);
    });

    it('409: names 20 of many holders, and says how many more there are', async () => {
      for (let n = 0; n < 23; n += 1) await workspace.operator.put(`/member/m${n}`, { roles: ['Support'] }).expect(200);
      const { body } = await workspace.operator.delete(`/role/${id}`).expect(409, 'role.in_use');
      expect(body.message.match(/member m/g)).toHaveLength(20);
      expect(body.message).toContain('and 3 others');
    });

    it('409: a built-in role, held or not', async () => {
      for (const name of ['admin', 'manager', 'auditor', 'viewer']) {
        await workspace.operator.delete(`/role/${name}`).expect(409, 'role.built_in');
      }
    });

    it('401, 403, 404, 412: without a key, without the permission, of another workspace, without an id', async () => {
      const { client } = await workspace.keyWith('roles:view');
      await service.anonymous.delete(`/role/${id}`).expect(401, 'auth.unauthenticated');
      await client.delete(`/role/${id}`).expect(403, 'auth.permission_denied');
      await (await createWorkspace(service)).operator.delete(`/role/${id}`).expect(404, 'role.not_found');
      await workspace.operator.delete('/role/none').expect(404, 'role.not_found');
      await workspace.operator.delete('/role').expect(412, 'request.id_required');
      await workspace.operator.delete('/role/').expect(412, 'request.id_required');
      await workspace.operator.get(`/role/${id}`).expect(200);
    });

    it('one of 10 parallel deletes wins', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => workspace.operator.delete(`/role/${id}`)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(9).fill(404)]);
    });
  });
});
