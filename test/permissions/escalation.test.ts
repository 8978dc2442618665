import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  uniqueName,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const MANAGER = ['apikeys:view', 'apikeys:create', 'apikeys:update', 'apikeys:delete'];

describe('nobody grants more than they hold', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let manager: KeyFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      manager = await workspace.keyWith(...MANAGER);
    });

    afterAll(() => service.stop());

    const create = ({ client }: Pick<KeyFixture, 'client'>, ...permissions: string[]) =>
      client.post('/apikey', { keyName: uniqueName('Key'), permissions });

    const keyWith = async (settings: object): Promise<string> => {
      const { body } = await workspace.operator
        .post('/apikey', { keyName: uniqueName('Key'), permissions: ['auditLogs:view'], ...settings })
        .expect(201);
      return String(body.id);
    };

    const unchanged = async (id: string, change: () => Promise<unknown>): Promise<void> => {
      const before = await workspace.operator.get(`/apikey/${id}`).expect(200);
      await change();
      const after = await workspace.operator.get(`/apikey/${id}`).expect(200);
      // Whoever tried was a use of theirs.
      expect({ ...after.body, lastUsedDate: null }).toEqual({ ...before.body, lastUsedDate: null });
      expect(after.headers.get('etag')).toBe(before.headers.get('etag'));
    };

    it.each([
      [['auditLogs:view'], 'auditLogs:view'],
      [['apikeys:view', 'auditLogs:export'], 'auditLogs:export'],
      [['apikeys:*'], 'apikeys:*'],
      [['auditLogs:*'], 'auditLogs:*'],
      [['*'], '*'],
    ])('403: create, put and patch with %p, for a caller who lacks it', async (permissions, missing) => {
      const { body } = await create(manager, ...permissions).expect(403, 'auth.escalation');
      expect(body.message).toMatch(new RegExp(`: ${missing.replace('*', '\\*')}\\.$`));
      const key = await workspace.keyWith('apikeys:view');
      await unchanged(key.id, async () => {
        await manager.client.patch(`/apikey/${key.id}`, { permissions }).expect(403, 'auth.escalation');
        await manager.client
          .put(`/apikey/${key.id}`, { keyName: key.name, permissions })
          .expect(403, 'auth.escalation');
      });
    });

    it('201: what one holds, whole or in part', async () => {
      await create(manager, ...MANAGER).expect(201);
      await create(manager, 'apikeys:delete').expect(201);
      const resource = await workspace.keyWith('apikeys:*');
      await create(resource, 'apikeys:*', 'apikeys:view').expect(201);
      await create(resource, 'auditLogs:view').expect(403, 'auth.escalation');
      await create(resource, '*').expect(403, 'auth.escalation');
      const all = await workspace.keyWith('*');
      await create(all, '*').expect(201);
      await create(all, 'apikeys:*', 'auditLogs:view').expect(201);
    });

    it('403: also for oneself', async () => {
      await unchanged(manager.id, async () => {
        await manager.client.patch(`/apikey/${manager.id}`, { permissions: ['*'] }).expect(403, 'auth.escalation');
      });
    });

    it.each<[string, object, object]>([
      ['enabling', {}, { enabled: true }],
      ['extending', { expirationDate: '2040-01-01T00:00:00Z' }, { expirationDate: '2041-01-01T00:00:00Z' }],
      ['extending for ever', { expirationDate: '2040-01-01T00:00:00Z' }, { expirationDate: null }],
      ['letting in from elsewhere', { allowedIps: ['10.0.0.0/8'] }, { allowedIps: ['10.0.0.0/8', '192.0.2.1'] }],
      ['letting in from anywhere', { allowedIps: ['10.0.0.0/8'] }, { allowedIps: [] }],
      ['letting in from a wider range', { allowedIps: ['10.1.0.0/16'] }, { allowedIps: ['10.0.0.0/8'] }],
      ['a higher rate', { rateLimit: { limit: 1, windowSeconds: 60 } }, { rateLimit: { limit: 2, windowSeconds: 60 } }],
      [
        'a shorter window',
        { rateLimit: { limit: 1, windowSeconds: 60 } },
        { rateLimit: { limit: 1, windowSeconds: 30 } },
      ],
      [
        'a larger burst',
        { rateLimit: { limit: 1, windowSeconds: 60 } },
        { rateLimit: { limit: 60, windowSeconds: 3600 } },
      ],
      ['no rate limit', { rateLimit: { limit: 1, windowSeconds: 60 } }, { rateLimit: null }],
      ['other permissions', {}, { permissions: ['apikeys:view'] }],
      ['another name', {}, { keyName: uniqueName('Renamed') }],
      ['other words', {}, { description: 'Ask the owner' }],
      ['what /verify tells', {}, { metadata: { admin: true } }],
      ['narrowing and renaming at once', {}, { enabled: false, description: 'Off' }],
    ])('403: %s, for a key that may do what the caller may not', async (_, settings, change) => {
      const id = await keyWith(settings);
      if ('enabled' in change) await workspace.operator.patch(`/apikey/${id}`, { enabled: false }).expect(200);
      await unchanged(id, async () => {
        const { body } = await manager.client.patch(`/apikey/${id}`, change).expect(403, 'auth.escalation');
        expect(body.message).toContain('auditLogs:view');
      });
      const equal = await workspace.keyWith(...MANAGER, 'auditLogs:view');
      await equal.client.patch(`/apikey/${id}`, change).expect(200);
    });

    it.each<[string, object, object]>([
      ['disabling', {}, { enabled: false }],
      ['ending it sooner', {}, { expiresInSeconds: 60 }],
      ['letting in from fewer places', {}, { allowedIps: ['10.0.0.0/8'] }],
      ['a lower rate', {}, { rateLimit: { limit: 1, windowSeconds: 60 } }],
      ['fewer permissions', { permissions: ['auditLogs:view', 'apikeys:view'] }, { permissions: ['apikeys:view'] }],
      [
        'fewer of those that the caller lacks',
        { permissions: ['auditLogs:view', 'auditLogs:export'] },
        { permissions: ['auditLogs:export'] },
      ],
      ['letting in from a narrower range', { allowedIps: ['10.0.0.0/8'] }, { allowedIps: ['10.1.0.0/16'] }],
    ])('200: %s, for a key that may do what the caller may not', async (_, settings, change) => {
      const id = await keyWith(settings);
      await manager.client.patch(`/apikey/${id}`, change).expect(200);
    });

    describe('what a key is given stays when the rest is taken, so that it is given by who holds it, and what the key does', () => {
      const roleOf = async (...permissions: string[]): Promise<string> =>
        (await workspace.operator.post('/role', { name: uniqueName('Role'), permissions }).expect(201)).body.id;

      it.each<[string, object, object]>([
        ['a built-in role', { permissions: ['*'] }, { roles: ['admin'] }],
        [
          'roles for all of its permissions',
          { permissions: ['*'] },
          { roles: ['manager', 'auditor'], permissions: [] },
        ],
        ['another role', { roles: ['admin'] }, { roles: ['admin', 'viewer'] }],
        ['a role for another', { roles: ['admin'] }, { roles: ['manager'] }],
        ['a permission that its role grants', { roles: ['admin'] }, { permissions: ['auditLogs:view'] }],
        ['a permission next to a wildcard', { permissions: ['*'] }, { permissions: ['*', 'auditLogs:view'] }],
        ['a wildcard within a wildcard', { permissions: ['*'] }, { permissions: ['auditLogs:*', '*'] }],
      ])('403: %s', async (_, held, change) => {
        const id = await keyWith({ permissions: [], ...held });
        await unchanged(id, async () => {
          await manager.client.patch(`/apikey/${id}`, change).expect(403, 'auth.escalation');
        });
        const all = await workspace.keyWith('*');
        await all.client.patch(`/apikey/${id}`, change).expect(200);
      });

      it('403: a role that grants nothing yet', async () => {
        const role = await roleOf();
        const id = await keyWith({ permissions: ['*'] });
        await manager.client.patch(`/apikey/${id}`, { roles: [role] }).expect(403, 'auth.escalation');
      });

      it('200: what the caller holds, to a key that does no more than they may', async () => {
        const id = await keyWith({ permissions: ['apikeys:view'] });
        await manager.client.patch(`/apikey/${id}`, { roles: ['viewer', await roleOf()] }).expect(200);
      });

      it.each<[string, object, object]>([
        ['part of a wildcard in its place', { permissions: ['auditLogs:*'] }, { permissions: ['auditLogs:view'] }],
        ['parts of `*` in its place', { permissions: ['*'] }, { permissions: ['auditLogs:*', 'apikeys:view'] }],
        ['fewer roles', { roles: ['admin', 'viewer'] }, { roles: ['viewer'] }],
        ['its roles in another order', { roles: ['admin', 'viewer'] }, { roles: ['viewer', 'admin'] }],
        ['its role alone', { roles: ['admin'], permissions: ['*'] }, { permissions: [] }],
      ])('200: %s, for a key that may do what the caller may not', async (_, held, change) => {
        const id = await keyWith({ permissions: [], ...held });
        await manager.client.patch(`/apikey/${id}`, change).expect(200);
      });
    });

    it('403: PUT by apikeys:create alone, for a key that may do what the caller may not', async () => {
      const maker = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const strong = await workspace.keyWith('*');
      const weak = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const narrower = ({ name }: KeyFixture) => ({ keyName: name, permissions: ['apikeys:view'] });
      await unchanged(strong.id, async () => {
        await maker.client.put(`/apikey/${strong.id}`, narrower(strong)).expect(403, 'auth.escalation');
      });
      await maker.client.put(`/apikey/${weak.id}`, narrower(weak)).expect(200);
      await manager.client.put(`/apikey/${strong.id}`, narrower(strong)).expect(200);
    });

    it('200: deleting a key that may do everything', async () => {
      const id = await keyWith({ permissions: ['*'] });
      await manager.client.delete(`/apikey/${id}`).expect(200);
    });

    it('leaves a record of the attempt: who, which key, and what was missing', async () => {
      const caller = await workspace.keyWith(...MANAGER);
      const id = await keyWith({});
      await caller.client.patch(`/apikey/${id}`, { permissions: ['*'] }).expect(403, 'auth.escalation');
      const { body } = await workspace.operator.get(`/audit?actorId=${caller.id}`).expect(200);
      expect(body.data).toHaveLength(1);
      expect(body.data[0]).toMatchObject({
        action: 'auth.denied',
        outcome: 'denied',
        statusCode: 403,
        errorCode: 'auth.escalation',
        targets: [{ type: 'apikey', id }],
        reason: expect.stringContaining('The caller does not have: *.'),
      });
    });

    it.each([
      ['apikeys:veiw', 'apikeys:view'],
      ['apikey:create', 'apikeys:create'],
      ['APIKEYS:DELETE', 'apikeys:delete'],
      ['apikeys.view', 'apikeys:view'],
      ['apikeys:read', 'apikeys:view'],
      ['apikey:LIST', 'apikeys:view'],
      ['apikeys:edit', 'apikeys:update'],
      ['apikeys:remove', 'apikeys:delete'],
    ])('400: %p is unknown; the answer names %p', async (permission, nearest) => {
      const { body } = await create({ client: workspace.operator }, permission, 'apikeys:view').expect(
        400,
        'permission.unknown',
      );
      expect(body.details).toHaveLength(1);
      expect(body.details[0].field).toBe('permissions');
      expect(body.message).toBe(`${permission} is not a known permission; did you mean ${nearest}?`);
    });

    it.each([
      'read',
      '**',
      'auditlogs',
      'apikeys:**',
      'apikeys:creat*',
      'apikey:*',
      'apikeys:write',
      'roles:edit',
      'x',
      'auditLogs:import',
      'apikeys:deleted',
      'roles:managed',
    ])('400: %p is unknown; the answer names no other that may be stronger', async (permission) => {
      const { body } = await create({ client: workspace.operator }, permission).expect(400, 'permission.unknown');
      expect(body.message).not.toContain('did you mean');
      expect(body.message).toMatch(/ is not a known permission\. /);
    });

    it('400: of another application; the answer names the same word alone, never one that is near', async () => {
      const { operator } = await createWorkspace(service);
      for (const name of ['orders:set', 'orders:approve', 'orders:import', 'orders:publish', 'orders:view']) {
        await operator.post('/permission', { name, description: 'Of an application.' }).expect(201);
      }
      const messageOf = async (permission: string): Promise<string> =>
        (await create({ client: operator }, permission).expect(400, 'permission.unknown')).body.message;
      for (const action of ['get', 'disapprove', 'export', 'unpublish', 'approved', 'veiw', 'read', 'list']) {
        expect(await messageOf(`orders:${action}`)).not.toContain('did you mean');
      }
      for (const same of ['Orders:Approve', 'order:approve', 'orders.approve']) {
        expect(await messageOf(same)).toContain('did you mean orders:approve?');
      }
    });

    it('400: of a resource that is not Latchkey’s; the answer says how to declare it', async () => {
      const { body } = await create({ client: workspace.operator }, 'orders:refund').expect(400, 'permission.unknown');
      expect(body.message).toBe(
        'orders:refund is not a known permission. One of your own is declared first: by POST /permission, or by definePermissions in the host application.',
      );
    });

    it.each(['*:*', '*:refund', 'orders:refund:all', 'orders:re*', 'all orders:refund'])(
      '400: %p can be declared by nobody; the answer says where those are that exist',
      async (permission) => {
        const { body } = await create({ client: workspace.operator }, permission).expect(400, 'permission.unknown');
        expect(body.message).toBe(`${permission} is not a known permission. GET /permission lists them.`);
      },
    );

    it('400: of many unknown ones the first are named, and fewer guessed at', async () => {
      const misspelt = Array.from({ length: 50 }, (_, at) => `apikeys${'_'.repeat(at + 1)}:view`);
      const { body } = await create({ client: workspace.operator }, ...misspelt).expect(400, 'permission.unknown');
      expect(body.details).toHaveLength(21);
      expect(body.details.at(-1).message).toBe('30 more permissions are unknown.');
      expect(body.message.match(/did you mean apikeys:view/g)).toHaveLength(3);
    });

    it('400: every unknown one is named', async () => {
      const { body } = await create(manager, 'a:b', 'apikeys:view', 'c:d').expect(400, 'permission.unknown');
      expect(body.details).toHaveLength(2);
    });

    it.each(['workspaces:view', 'workspaces:manage'])(
      '400: %s is the operator’s, who cannot hand it out',
      async (name) => {
        const { body } = await create({ client: workspace.operator }, name).expect(400, 'permission.unknown');
        expect(body.message).toBe(`${name} belongs to the operator; no key may carry it.`);
        await create({ client: workspace.operator }, 'workspaces:*').expect(400, 'permission.unknown');
      },
    );

    it('403: no wildcard reaches what is the operator’s', async () => {
      const { client } = await workspace.keyWith('*');
      for (const path of ['/workspace', `/workspace/${workspace.id}`]) {
        const { body } = await client.get(path).expect(403, 'auth.permission_denied');
        expect(body.message).toContain('workspaces:view');
      }
      await client.post('/workspace', { name: uniqueName('Mine') }).expect(403, 'auth.permission_denied');
      await client.in('*').get('/audit').expect(404, 'workspace.not_found');
    });
  });
});
