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

const REFUND = { name: 'orders:refund', description: 'Refund an order' };

describe('POST /api/v1/permission', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    it('201: the workspace has it, no other workspace has, and the trail says so', async () => {
      const [here, elsewhere] = [await createWorkspace(service), await createWorkspace(service)];
      const { body } = await here.operator.post('/permission', REFUND).expect(201);
      expect(body).toEqual({ ...REFUND, grantable: true });
      const namesIn = async ({ operator }: WorkspaceFixture) =>
        (await operator.get('/permission').expect(200)).body.map(({ name }: Body) => name);
      expect(await namesIn(here)).toContain('orders:refund');
      expect(await namesIn(elsewhere)).not.toContain('orders:refund');
      const { data } = (await here.operator.get('/audit?action=permission.created').expect(200)).body;
      expect(data).toMatchObject([
        {
          targets: [{ type: 'permission', id: 'orders:refund' }],
          changes: [
            { field: 'name', before: null, after: 'orders:refund' },
            { field: 'description', before: null, after: 'Refund an order' },
          ],
        },
      ]);
    });

    it('keys of the workspace may carry it, by name or wildcard, and those of another may not', async () => {
      const [here, elsewhere] = [await createWorkspace(service), await createWorkspace(service)];
      const create = ({ operator }: WorkspaceFixture, ...permissions: string[]) =>
        operator.post('/apikey', { keyName: uniqueName('Key'), permissions });
      await create(here, 'orders:*').expect(400, 'permission.unknown');
      await here.operator.post('/permission', REFUND).expect(201);
      for (const grant of ['orders:refund', 'orders:*']) {
        expect((await create(here, grant).expect(201)).body.effectivePermissions).toEqual([grant]);
        await create(elsewhere, grant).expect(400, 'permission.unknown');
      }
      const { body } = await create(here, 'order:Refund').expect(400, 'permission.unknown');
      expect(body.message).toContain('did you mean orders:refund?');
    });

    it('a wildcard reaches a permission that is made later; `*` too', async () => {
      const here = await createWorkspace(service);
      await here.operator.post('/permission', REFUND).expect(201);
      const orders = await here.keyWith('orders:*', 'apikeys:create');
      const all = await here.keyWith('*');
      await here.operator.post('/permission', { name: 'orders:cancel', description: 'Cancel' }).expect(201);
      for (const { client } of [orders, all]) {
        await client.post('/apikey', { keyName: uniqueName('K'), permissions: ['orders:cancel'] }).expect(201);
      }
    });

    it('400: a name that is no resource:action, or no description', async () => {
      const bad = ['orders', 'orders:', ':refund', 'orders:*', '*', 'a:b:c', 'orders: refund', 'órders:refund', '', 7];
      const badlyBegun = ['1', '_', '.', '-'].flatMap((mark) => [`${mark}a:b`, `a:${mark}b`]);
      for (const name of [...bad, ...badlyBegun, `a:${'b'.repeat(99)}`, 'a:b\0', 'a:b\n']) {
        const { body } = await workspace.operator.post('/permission', { ...REFUND, name }).expect(400);
        expect([name, body.details[0].field]).toEqual([name, 'name']);
      }
      await workspace.operator.post('/permission', { name: 'orders:refund' }).expect(400);
      await workspace.operator.post('/permission', { ...REFUND, grantable: false }).expect(400);
    });

    it.each(['a:b', 'Ab1_.-:Cd2_.-', `a:${'b'.repeat(98)}`])('201: the name %s', async (name) => {
      const { operator } = await createWorkspace(service);
      expect((await operator.post('/permission', { ...REFUND, name }).expect(201)).body.name).toBe(name);
    });

    it('401, 403, 412: without a key, without the permission, by the operator in no workspace', async () => {
      const { client } = await workspace.keyWith('roles:manage');
      await service.anonymous.post('/permission', REFUND).expect(401, 'auth.unauthenticated');
      const { body } = await client.post('/permission', REFUND).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('permissions:manage');
      await service.operator.post('/permission', REFUND).expect(412, 'workspace.required');
    });

    it('409: it exists, or its resource is one of Latchkey’s own', async () => {
      const here = await createWorkspace(service);
      await here.operator.post('/permission', REFUND).expect(201);
      await here.operator.post('/permission', REFUND).expect(409, 'permission.conflict');
      for (const resource of ['apikeys', 'auditLogs', 'roles', 'members', 'permissions', 'workspaces']) {
        const { body } = await here.operator
          .post('/permission', { ...REFUND, name: `${resource}:refund` })
          .expect(409, 'permission.conflict');
        expect(body.message).toContain(resource);
      }
    });

    it('409: its resource reads like one of Latchkey’s own, and the message names which', async () => {
      for (const [resource, own] of [
        ['APIKEYS', 'apikeys'],
        ['apikey', 'apikeys'],
        ['Api-Keys', 'apikeys'],
        ['auditlogs', 'auditLogs'],
        ['audit_log', 'auditLogs'],
        ['Role', 'roles'],
        ['workspace', 'workspaces'],
      ] as const) {
        const { body } = await workspace.operator
          .post('/permission', { ...REFUND, name: `${resource}:read` })
          .expect(409, 'permission.conflict');
        expect(body.message).toBe(
          `${resource} reads like ${own}, which is a resource of Latchkey itself. Choose another.`,
        );
      }
      const { body } = await workspace.operator.get('/permission').expect(200);
      expect(body.filter(({ name }: Body) => name.endsWith(':read'))).toEqual([]);
    });
  });
});
