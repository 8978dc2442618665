import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Body, Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startInstance,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('DELETE /api/v1/member/:subject, and the keys bound to the member', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let ann: Client;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
      ann = await member('ann');
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const member = async (subject: string): Promise<Client> => {
      await workspace.operator.put(`/member/${subject}`, { roles: ['manager'] }).expect(200);
      return service.anonymous.as(await provider.token(subject)).in(workspace.id);
    };

    const make = async (by: Client, settings: Body = {}): Promise<Body> => {
      const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], ...settings };
      return (await by.post('/apikey', body).expect(201)).body;
    };

    const verify = async ({ apiKey }: Body): Promise<Body> =>
      (await workspace.operator.post('/verify', { apiKey }).expect(200)).body;

    const records = async (query: string): Promise<Body[]> =>
      (await workspace.operator.get(`/audit?${query}`).expect(200)).body.data;

    it('200: the keys are refused and shown as orphaned, also once the member is added again', async () => {
      const key = await make(ann, { permissions: ['apikeys:*'] });
      const own = await make(service.anonymous.as(key.apiKey));
      const bobs = await make(await member('bob'));
      expect(own.owner).toEqual({ type: 'user', id: 'ann' });
      for (const each of [key, own, bobs]) expect(await verify(each)).toMatchObject({ valid: true });

      await workspace.operator.delete('/member/ann').expect(200);

      for (const again of [false, true]) {
        if (again) await workspace.operator.put('/member/ann', { roles: ['admin'] }).expect(200);
        for (const each of [key, own]) {
          expect(await verify(each)).toEqual({ valid: false, code: 'orphaned' });
          await service.anonymous.as(each.apiKey).get('/me').expect(401, 'auth.unauthenticated');
          const { body } = await workspace.operator.get(`/apikey/${each.id}`).expect(200);
          expect(body).toMatchObject({
            status: 'orphaned',
            enabled: true,
            owner: { type: 'user', id: 'ann' },
            effectivePermissions: [],
          });
        }
      }
      expect(await verify(bobs)).toMatchObject({ valid: true });
      const listed = async (status: string): Promise<string[]> =>
        (await workspace.operator.get(`/apikey?status=${status}&sort=createdDate`).expect(200)).body.map(
          ({ id }: Body) => id,
        );
      expect(await listed('orphaned')).toEqual([key.id, own.id]);
      expect(await listed('active')).toEqual([bobs.id]);
      // Also one that is disabled besides.
      await workspace.operator.patch(`/apikey/${own.id}`, { enabled: false }).expect(200);
      expect(await listed('orphaned')).toEqual([key.id, own.id]);
      expect(await listed('disabled')).toEqual([]);
    });

    it('200: a key that a key of theirs created unbound, and one of the operator’s, stay', async () => {
      await workspace.operator.put('/member/ann', { roles: ['admin'] }).expect(200);
      await workspace.operator.put('/member/bob', { roles: ['admin'] }).expect(200);
      const free = await make(ann, { owner: null });
      await workspace.operator.delete('/member/ann').expect(200);
      expect(await verify(free)).toMatchObject({ valid: true });
    });

    it('200: each key has its record, and its use is attributed', async () => {
      const keys = [await make(ann), await make(ann)];
      await workspace.operator.patch(`/apikey/${keys[1].id}`, { enabled: false }).expect(200);
      await workspace.operator.delete('/member/ann').expect(200);

      const orphaned = await records('action=apikey.orphaned');
      expect(orphaned).toHaveLength(2);
      for (const [at, before] of ['active', 'disabled'].entries()) {
        expect(orphaned).toContainEqual(
          expect.objectContaining({
            outcome: 'success',
            actor: expect.objectContaining({ type: 'operator' }),
            targets: [{ type: 'apikey', id: keys[at].id, display: keys[at].keyName }],
            changes: [{ field: 'status', before, after: 'orphaned' }],
          }),
        );
      }
      await service.anonymous.as(keys[0].apiKey).get('/apikey').expect(401, 'auth.unauthenticated');
      expect(await records(`action=auth.failed&targetId=${keys[0].id}`)).toMatchObject([{ reason: 'orphaned' }]);
    });

    it('200 ?keys=delete: the keys are deleted, each with its record and its tombstone', async () => {
      await workspace.operator.post('/role', { name: 'Support', permissions: ['apikeys:view'] }).expect(201);
      const keys = [await make(ann), await make(ann, { roles: ['Support'] })];
      const bobs = await make(await member('bob'));
      await workspace.operator.delete('/member/ann?keys=delete').expect(200);

      for (const key of keys) {
        expect(await verify(key)).toEqual({ valid: false, code: 'deleted' });
        await workspace.operator.get(`/apikey/${key.id}`).expect(404, 'apikey.not_found');
        expect(await records(`action=apikey.deleted&targetId=${key.id}`)).toHaveLength(1);
      }
      expect(await verify(bobs)).toMatchObject({ valid: true });
      expect(await records('action=apikey.orphaned')).toEqual([]);
      // Nothing of theirs holds the role any more.
      const { body } = await workspace.operator.get('/role').expect(200);
      const { id } = body.find(({ name }: Body) => name === 'Support');
      await workspace.operator.delete(`/role/${id}`).expect(200);
    });

    it('200 ?keys=delete: not the keys that an earlier removal of theirs orphaned', async () => {
      const old = await make(ann);
      await workspace.operator.delete('/member/ann').expect(200);
      ann = await member('ann');
      const key = await make(ann);
      await workspace.operator.delete('/member/ann?keys=delete').expect(200);
      expect(await verify(old)).toEqual({ valid: false, code: 'orphaned' });
      expect(await verify(key)).toEqual({ valid: false, code: 'deleted' });
    });

    it('200 ?dryRun=true: which keys, and nothing changes', async () => {
      const key = await make(ann);
      await make(workspace.operator);
      const bound = { id: key.id, keyName: key.keyName };
      const answer = async (query: string) =>
        (await workspace.operator.delete(`/member/ann?dryRun=true${query}`).expect(200)).body;

      expect(await answer('')).toEqual({ total: 1, orphaned: [bound], deleted: [] });
      expect(await answer('&keys=delete')).toEqual({ total: 1, orphaned: [], deleted: [bound] });

      expect(await verify(key)).toMatchObject({ valid: true });
      await ann.get('/apikey').expect(200);
      expect(await records('action=member.removed')).toEqual([]);
    });

    it('200 ?dryRun=true: names the oldest 200 keys, and tells how many there are', async () => {
      const made = [];
      for (let count = 0; count < 201; count += 1) made.push((await make(ann)).id);
      const { body } = await workspace.operator.delete('/member/ann?dryRun=true').expect(200);
      expect(body).toMatchObject({ total: 201, deleted: [] });
      expect(body.orphaned.map(({ id }: Body) => id)).toEqual(made.slice(0, 200));
    });

    it('200: once it has answered, no other instance accepts the keys', async () => {
      if (kind === 'sqlite') return;
      const other = await startInstance(service, provider.variables);
      try {
        const elsewhere = other.operator.in(workspace.id);
        for (let round = 0; round < 10; round += 1) {
          const key = await make(ann);
          const ask = async () => (await elsewhere.post('/verify', { apiKey: key.apiKey }).expect(200)).body;
          expect(await ask()).toMatchObject({ valid: true });
          await workspace.operator.delete('/member/ann').expect(200);
          expect(await ask()).toEqual({ valid: false, code: 'orphaned' });
          ann = await member('ann');
        }
      } finally {
        await other.app.close();
      }
    });

    it('403 ?keys=delete: without the permission to delete keys; 404, 409 as without it', async () => {
      const key = await make(ann);
      const { client } = await workspace.keyWith('members:manage', 'apikeys:create', 'apikeys:view');
      for (const query of ['?keys=delete', '?keys=delete&dryRun=true']) {
        const { body } = await client.delete(`/member/ann${query}`).expect(403, 'auth.permission_denied');
        expect(body.message).toContain('apikeys:delete');
        await workspace.operator.delete(`/member/zoe${query}`).expect(404, 'member.not_found');
      }
      await workspace.operator.delete('/member/zoe?dryRun=true').expect(404, 'member.not_found');
      await workspace.operator.put('/member/bob', { roles: ['admin'] }).expect(200);
      await workspace.operator.delete('/member/bob?dryRun=true').expect(409, 'member.last_admin');
      expect(await verify(key)).toMatchObject({ valid: true });
    });

    it('400: other values', async () => {
      for (const query of ['keys=keep', 'keys=', 'dryRun=1']) {
        await workspace.operator.delete(`/member/ann?${query}`).expect(400, 'request.invalid');
      }
      await workspace.operator.get('/member/ann').expect(200);
    });
  });
});
