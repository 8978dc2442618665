import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('DELETE /api/v1/permission/:name', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
      await add('orders:refund');
    });

    afterAll(() => service.stop());

    const add = (name: string) => workspace.operator.post('/permission', { name, description: 'Some' }).expect(201);

    const remove = (name: string) => workspace.operator.delete(`/permission/${encodeURIComponent(name)}`);

    it('200: nothing can carry it any more, and the trail says who and which', async () => {
      expect((await remove('orders:refund').expect(200)).body).toEqual({ affected: 1, raw: [] });
      await workspace.operator
        .post('/apikey', { keyName: 'x', permissions: ['orders:refund'] })
        .expect(400, 'permission.unknown');
      const { data } = (await workspace.operator.get('/audit?action=permission.deleted').expect(200)).body;
      expect(data).toMatchObject([
        { actor: { type: 'operator' }, targets: [{ type: 'permission', id: 'orders:refund' }], statusCode: 200 },
      ]);
      await remove('orders:refund').expect(404, 'permission.not_found');
    });

    it('409: names each key, role and member that grants it', async () => {
      const key = await workspace.keyWith('orders:refund');
      const role = { name: uniqueName('Role'), permissions: ['apikeys:view', 'orders:refund'] };
      await workspace.operator.post('/role', role).expect(201);
      await workspace.operator.put('/member/ann%7C1', { permissions: ['orders:refund'] }).expect(200);
      const { body } = await remove('orders:refund').expect(409, 'permission.in_use');
      for (const holder of [`apikey ${key.id}`, `role ${role.name}`, 'member ann|1']) {
        expect(body.message).toContain(holder);
      }
    });

    it('200: a wildcard does not hold on to it, and grants nothing once it is gone', async () => {
      const key = await workspace.keyWith('orders:*', 'apikeys:update');
      await remove('orders:refund').expect(200);
      await key.client.patch(`/apikey/${key.id}`, { description: 'Left over' }).expect(200);
      await workspace.operator
        .patch(`/apikey/${key.id}`, { permissions: ['orders:*'] })
        .expect(400, 'permission.unknown');
    });

    it('200: another permission, another case, another workspace or `*` does not use it', async () => {
      await add('orders:refund2');
      await add('Orders:refund');
      await workspace.keyWith('orders:refund2');
      await workspace.keyWith('Orders:refund');
      await workspace.keyWith('*');
      const other = await createWorkspace(service);
      await other.operator.post('/permission', { name: 'orders:refund', description: 'Some' }).expect(201);
      await other.keyWith('orders:refund');
      await remove('orders:refund').expect(200);
    });

    it('404: unknown names, another workspace’s, and those of the catalogue', async () => {
      const other = await createWorkspace(service);
      await other.operator.post('/permission', { name: 'carts:empty', description: 'Some' }).expect(201);
      for (const name of ['carts:empty', 'orders:Refund', 'apikeys:view', '*', 'x', 'a\0b', 'ü/%', 'x'.repeat(300)]) {
        await remove(name).expect(404, 'permission.not_found');
      }
    });

    it('401, 403, 412: without a key, without the permission, without a name', async () => {
      const { client } = await workspace.keyWith('roles:manage');
      await service.anonymous.delete('/permission/orders:refund').expect(401, 'auth.unauthenticated');
      await client.delete('/permission/orders:refund').expect(403, 'auth.permission_denied');
      await workspace.operator.delete('/permission').expect(412, 'request.id_required');
      await workspace.operator.delete('/permission/').expect(412, 'request.id_required');
      await service.operator.delete('/permission/orders:refund').expect(412, 'workspace.required');
    });
  });
});
