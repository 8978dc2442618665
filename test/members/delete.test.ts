import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('DELETE /api/v1/member/:subject', () => {
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

    const member = async (subject: string, body: object): Promise<Client> => {
      await workspace.operator.put(`/member/${subject}`, body).expect(200);
      return service.anonymous.as(await provider.token(subject)).in(workspace.id);
    };

    const admins = async () => {
      const { body } = await workspace.operator.get('/member').expect(200);
      return body.filter(({ roles }: { roles: string[] }) => roles.includes('admin')).length as number;
    };

    it('200: may do nothing any more, nor may their keys; the trail says who and what they held', async () => {
      const adm = await member('adm', { roles: ['admin'] });
      const ann = await member('ann', { roles: ['manager'], permissions: ['roles:view'] });
      const key = { keyName: uniqueName('Key'), permissions: ['apikeys:view'] };
      const made = (await ann.post('/apikey', key).expect(201)).body;

      expect((await adm.delete('/member/ann').expect(200)).body).toEqual({ affected: 1, raw: [] });

      await ann.get('/apikey').expect(403, 'auth.permission_denied');
      await service.anonymous.as(made.apiKey).get('/apikey').expect(401, 'auth.unauthenticated');
      await workspace.operator.get('/member/ann').expect(404, 'member.not_found');
      await adm.delete('/member/ann').expect(404, 'member.not_found');
      const { data } = (await workspace.operator.get('/audit?targetId=ann&action=member.removed').expect(200)).body;
      expect(data).toMatchObject([
        {
          actor: { type: 'user', id: 'adm' },
          targets: [{ type: 'member', id: 'ann' }],
          changes: [
            { field: 'roles', before: ['manager'], after: null },
            { field: 'permissions', before: ['roles:view'], after: null },
          ],
        },
      ]);
    });

    it('200: who comes back holds only what is named then', async () => {
      await member('ann', { roles: ['manager'], permissions: ['roles:view'] });
      await workspace.operator.delete('/member/ann').expect(200);
      const { body } = await workspace.operator.put('/member/ann', { roles: ['viewer'] }).expect(200);
      expect(body).toMatchObject({ roles: ['viewer'], permissions: [], effectivePermissions: ['apikeys:view'] });
    });

    it('403: by one who holds less; also as a dry run', async () => {
      await member('ann', { roles: ['admin'] });
      await member('bob', { roles: ['admin'] });
      const { client } = await workspace.keyWith('members:manage', 'apikeys:*');
      for (const query of ['', '?dryRun=true']) {
        const { body } = await client.delete(`/member/bob${query}`).expect(403, 'auth.escalation');
        expect(body.message).toContain('The caller does not have: *.');
      }
      await workspace.operator.put('/member/bob', { roles: ['manager'] }).expect(200);
      await client.delete('/member/bob').expect(200);
    });

    it('409: the last admin, also by themselves and by the operator', async () => {
      const ann = await member('ann', { roles: ['admin'] });
      await member('bob', { roles: ['manager'], permissions: ['*'] });
      await ann.delete('/member/ann').expect(409, 'member.last_admin');
      await workspace.operator.delete('/member/ann').expect(409, 'member.last_admin');
      const cat = await member('cat', { roles: ['admin'] });
      await ann.delete('/member/ann').expect(200);
      await cat.delete('/member/cat').expect(409, 'member.last_admin');
    });

    it('an admin’s key, and an admin of another workspace, are no admins here', async () => {
      await member('ann', { roles: ['admin'] });
      await workspace.operator.post('/apikey', { keyName: uniqueName('Key'), roles: ['admin'] }).expect(201);
      await (await createWorkspace(service)).operator.put('/member/bob', { roles: ['admin'] }).expect(200);
      await workspace.operator.delete('/member/ann').expect(409, 'member.last_admin');
    });

    it('409: of two admins who remove each other at once, one stays', async () => {
      for (let round = 0; round < 10; round += 1) {
        const [one, two] = [uniqueName('one'), uniqueName('two')];
        const [ann, bob] = [await member(one, { roles: ['admin'] }), await member(two, { roles: ['admin'] })];
        const answers = await Promise.all([ann.delete(`/member/${two}`), bob.delete(`/member/${one}`)]);
        // The slower of them may find that they are no member any more: before the command, or in it.
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
        for (const { status, text } of answers) {
          expect([text, [200, 401, 403, 409]]).toEqual([text, expect.arrayContaining([status])]);
        }
        expect(await admins()).toBe(1);
        workspace = await createWorkspace(service);
      }
    });

    it('409: of two admins who demote each other at once, one stays', async () => {
      for (let round = 0; round < 5; round += 1) {
        const [one, two] = [uniqueName('one'), uniqueName('two')];
        const [ann, bob] = [await member(one, { roles: ['admin'] }), await member(two, { roles: ['admin'] })];
        const viewer = { roles: ['viewer'] };
        const answers = await Promise.all([ann.put(`/member/${two}`, viewer), bob.put(`/member/${one}`, viewer)]);
        expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
        for (const { status, text } of answers) {
          expect([text, [200, 403, 409]]).toEqual([text, expect.arrayContaining([status])]);
        }
        expect(await admins()).toBe(1);
        workspace = await createWorkspace(service);
      }
    });

    it('404: unknown subjects, and another workspace’s', async () => {
      const other = await createWorkspace(service);
      await other.operator.put('/member/zoe', { roles: ['viewer'] }).expect(200);
      for (const subject of ['zoe', 'a%00n', 'x'.repeat(300)]) {
        await workspace.operator.delete(`/member/${subject}`).expect(404, 'member.not_found');
      }
      await other.operator.get('/member/zoe').expect(200);
    });

    it('401, 403, 412: without a key, without the permission, without a subject', async () => {
      await member('ann', { roles: ['viewer'] });
      const { client } = await workspace.keyWith('members:view');
      await service.anonymous.delete('/member/ann').expect(401, 'auth.unauthenticated');
      await client.delete('/member/ann').expect(403, 'auth.permission_denied');
      await workspace.operator.delete('/member').expect(412, 'request.id_required');
      await workspace.operator.delete('/member/').expect(412, 'request.id_required');
      await service.operator.delete('/member/ann').expect(412, 'workspace.required');
      await workspace.operator.get('/member/ann').expect(200);
    });
  });
});
