import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiKeysService } from '../../src/api-keys/api-keys.service.js';
import { PermissionSet } from '../../src/identity/permission-set.js';
import { Principal } from '../../src/identity/principal.js';
import type { Body, Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('the owner of a key', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const member = async (subject: string, held: Body = { roles: ['manager'] }): Promise<Client> => {
      await workspace.operator.put(`/member/${subject}`, held).expect(200);
      return service.anonymous.as(await provider.token(subject)).in(workspace.id);
    };

    const make = async (by: Client, settings: Body = {}): Promise<Body> => {
      const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], ...settings };
      return (await by.post('/apikey', body).expect(201)).body;
    };

    const verify = async ({ apiKey }: Body): Promise<Body> =>
      (await workspace.operator.post('/verify', { apiKey }).expect(200)).body;

    const orphan = async (settings: Body = {}): Promise<Body> => {
      const key = await make(await member('gone', { roles: ['admin'] }), settings);
      await member('ada', { roles: ['admin'] });
      await workspace.operator.delete('/member/gone').expect(200);
      expect(await verify(key)).toEqual({ valid: false, code: 'orphaned' });
      return key;
    };

    it('PATCH 200: adopts an orphaned key, for a member and by what they may', async () => {
      const key = await orphan({ permissions: ['apikeys:*'] });
      await member('ann', { roles: ['viewer'] });
      const { body } = await workspace.operator.patch(`/apikey/${key.id}`, { owner: 'ann' }).expect(200);
      expect(body).toMatchObject({
        status: 'active',
        owner: { type: 'user', id: 'ann' },
        effectivePermissions: ['apikeys:view'],
      });
      expect(await verify(key)).toMatchObject({ valid: true, permissions: ['apikeys:view'] });
      const { data } = (await workspace.operator.get(`/audit?targetId=${key.id}&action=apikey.updated`)).body;
      expect(data[0].changes).toEqual([
        { field: 'owner', before: { type: 'user', id: 'gone' }, after: { type: 'user', id: 'ann' } },
        { field: 'status', before: 'orphaned', after: 'active' },
      ]);
      await workspace.operator.delete('/member/ann').expect(200);
      expect(await verify(key)).toEqual({ valid: false, code: 'orphaned' });
    });

    it('PATCH 200: for the same person once they are back, and for none', async () => {
      const key = await orphan();
      await workspace.operator.put('/member/gone', { roles: ['viewer'] }).expect(200);
      await workspace.operator.patch(`/apikey/${key.id}`, { description: 'Still orphaned', enabled: true }).expect(200);
      expect(await verify(key)).toEqual({ valid: false, code: 'orphaned' });
      await workspace.operator.patch(`/apikey/${key.id}`, { owner: 'gone' }).expect(200);
      expect(await verify(key)).toMatchObject({ valid: true });
      await workspace.operator.patch(`/apikey/${key.id}`, { owner: null }).expect(200);
      await workspace.operator.delete('/member/gone').expect(200);
      expect(await verify(key)).toMatchObject({ valid: true });
    });

    it('PATCH 200: binds a key that none is bound to; the same again changes nothing', async () => {
      const key = await make(workspace.operator);
      await member('ann');
      const { headers } = await workspace.operator.patch(`/apikey/${key.id}`, { owner: 'ann' }).expect(200);
      const again = await workspace.operator.patch(`/apikey/${key.id}`, { owner: 'ann' }).expect(200);
      expect(again.headers.get('etag')).toBe(headers.get('etag'));
      await workspace.operator.put('/member/ann', {}).expect(200);
      expect(await verify(key)).toMatchObject({ valid: true, permissions: [] });
    });

    it('PATCH 403: a key that was given more than the caller may, whatever its new owner may', async () => {
      const key = await orphan({ permissions: ['*'] });
      await member('ann', { roles: ['viewer'] });
      const { client } = await workspace.keyWith('apikeys:*');
      const { body } = await client.patch(`/apikey/${key.id}`, { owner: 'ann' }).expect(403, 'auth.escalation');
      expect(body.message).toContain('The caller does not have: *.');
      // Nor may they say what it is once it is accepted again.
      await client.patch(`/apikey/${key.id}`, { metadata: { admin: true } }).expect(403, 'auth.escalation');
      await client.patch(`/apikey/${key.id}`, { permissions: ['apikeys:view'] }).expect(200);
      await client.patch(`/apikey/${key.id}`, { owner: 'ann' }).expect(200);
    });

    it('PATCH 403: a restricted caller adopts no key that is bounded less', async () => {
      const key = await orphan();
      const bob = await member('bob');
      const brief = await make(workspace.operator, { permissions: ['apikeys:*'], expiresInSeconds: 3600 });
      const { body } = await service.anonymous
        .as(brief.apiKey)
        .patch(`/apikey/${key.id}`, { owner: 'bob' })
        .expect(403, 'auth.escalation');
      expect(body.details).toMatchObject([{ field: 'expirationDate' }]);
      await bob.patch(`/apikey/${key.id}`, { owner: 'bob' }).expect(200);
    });

    it('PATCH 403: unbinding, and freeing one’s own of oneself, are for admins', async () => {
      const ann = await member('ann');
      await member('bob');
      const own = await make(ann);
      for (const owner of [null, 'bob']) {
        await ann.patch(`/apikey/${own.id}`, { owner }).expect(403, 'auth.escalation');
        const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], owner };
        await ann.post('/apikey', body).expect(403, 'auth.escalation');
      }
      const adm = await member('adm', { roles: ['admin'] });
      await adm.patch(`/apikey/${own.id}`, { owner: 'bob' }).expect(200);
      await ann.patch(`/apikey/${own.id}`, { owner: 'ann' }).expect(200);
      await adm.patch(`/apikey/${own.id}`, { owner: null }).expect(200);
    });

    it('POST 201: for a member, or for oneself', async () => {
      const ann = await member('ann');
      await member('bob', { roles: ['viewer'] });
      const forBob = await make(workspace.operator, { permissions: ['apikeys:*'], owner: 'bob' });
      expect(forBob).toMatchObject({ owner: { type: 'user', id: 'bob' }, effectivePermissions: ['apikeys:view'] });
      expect(await make(ann, { owner: 'ann' })).toMatchObject({ owner: { type: 'user', id: 'ann' } });
      expect(await make(ann)).toMatchObject({ owner: { type: 'user', id: 'ann' } });
    });

    it('POST, PATCH: takes an owner as it is answered, and the same is no change', async () => {
      await member('ann');
      const owner = { type: 'user', id: 'ann' };
      const key = await make(workspace.operator, { owner });
      expect(key.owner).toEqual(owner);
      const { headers } = await workspace.operator.get(`/apikey/${key.id}`).expect(200);
      const again = await workspace.operator.patch(`/apikey/${key.id}`, { owner: key.owner }).expect(200);
      expect(again.headers.get('etag')).toBe(headers.get('etag'));
      await member('bob');
      await workspace.operator.patch(`/apikey/${key.id}`, { owner: { type: 'user', id: 'bob' } }).expect(200);
      const { data } = (await workspace.operator.get(`/audit?targetId=${key.id}`).expect(200)).body;
      expect(data[0].changes).toEqual([{ field: 'owner', before: owner, after: { type: 'user', id: 'bob' } }]);
      await workspace.operator.patch(`/apikey/${key.id}`, { owner: { type: 'user', id: 'zoe' } }).expect(400);
      const { data: attempts } = (await workspace.operator.get(`/audit?targetId=${key.id}&limit=1`).expect(200)).body;
      expect(attempts[0].changes).toEqual([{ field: 'owner', before: null, after: { type: 'user', id: 'zoe' } }]);
    });

    it('POST, PATCH 400: one who is no member here', async () => {
      await (await createWorkspace(service)).operator.put('/member/zoe', { roles: ['viewer'] }).expect(200);
      const key = await make(workspace.operator);
      const none = [
        {},
        { type: 'user' },
        { type: 'user', id: null },
        { type: 'apikey', id: key.id },
        { id: 'zoe', x: 1 },
      ];
      const objects = [...none, { type: 'user', id: 'zoe' }, { type: 'user', id: { type: 'user', id: 'zoe' } }];
      for (const owner of ['zoe', 'a\u0000b', 'x'.repeat(256), '', 7, ['zoe'], ...objects]) {
        const create = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], owner };
        for (const answer of [
          await workspace.operator.patch(`/apikey/${key.id}`, { owner }).expect(400, 'request.invalid'),
          await workspace.operator.post('/apikey', create).expect(400, 'request.invalid'),
        ]) {
          expect(answer.body.message).toContain('owner');
        }
      }
    });

    it('is a member, also where a host says who acts', async () => {
      const identity = { id: 'zoe', display: 'Zoe', credentialId: 'zoe', workspaceId: workspace.id, owner: 'zoe' };
      const permissions = new PermissionSet(['*']);
      const zoe = new Principal({ ...identity, type: 'user', permissions, rateLimit: null, isVouchedFor: true }, null);
      const keys = service.app.get(ApiKeysService, { strict: false });
      const create = (owner?: null) =>
        keys.create(zoe, { keyName: uniqueName('Key'), permissions: ['apikeys:view'], owner });
      await expect(create()).rejects.toMatchObject({ code: 'request.invalid', details: [{ field: 'owner' }] });
      await expect(create(null)).resolves.toMatchObject({ key: { ownerSubject: null } });
      await member('zoe');
      await expect(create()).resolves.toMatchObject({ key: { ownerSubject: 'zoe' } });
    });

    it('PATCH 200: once it has answered, the key does what its new owner may', async () => {
      const key = await make(workspace.operator, { permissions: ['apikeys:*'] });
      await member('bob', { roles: ['viewer'] });
      expect(await verify(key)).toMatchObject({ permissions: ['apikeys:*'] });
      await workspace.operator.patch(`/apikey/${key.id}`, { owner: 'bob' }).expect(200);
      expect(await verify(key)).toMatchObject({ permissions: ['apikeys:view'] });
    });
  });
});
