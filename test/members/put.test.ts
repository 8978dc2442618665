import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const ODD_SUBJECTS = [
  'auth0|x y/ü%',
  '%2F',
  'a?b#c&d=e',
  '"quoted" \\ \'one\'',
  '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11',
  'system:serviceaccount:default:builder',
  'https://identity.example/users/1?x=y',
  '🗝️',
  ' ',
  'x'.repeat(255),
];

describe('PUT /api/v1/member/:subject', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
    });

    beforeEach(async () => {
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const put = (subject: string, body: object = {}, client = workspace.operator) =>
      client.put(`/member/${encodeURIComponent(subject)}`, body);

    const recordsOf = async (subject: string) =>
      (await workspace.operator.get(`/audit?targetId=${encodeURIComponent(subject)}`).expect(200)).body.data;

    it('400: a subject, a name, a permission or an externalId that is a key but for its last character', async () => {
      const damaged = generateKey('lk').slice(0, -1);
      const { operator, id } = workspace;
      const permissions: string[] = [];
      const role = (await operator.post('/role', { name: uniqueName('Role'), permissions }).expect(201)).body;
      const key = await workspace.keyWith('apikeys:view');
      for (const [refusal, field] of [
        [put(damaged), 'subject'],
        [put(`auth0|${damaged}`), 'subject'],
        [operator.post('/permission', { name: `a:${damaged}`, description: 'A' }), 'name'],
        [operator.post('/role', { name: damaged, permissions }), 'name'],
        [operator.put(`/role/${role.id}`, { name: `R ${damaged}`, permissions }), 'name'],
        [operator.post('/apikey', { keyName: damaged, permissions: ['apikeys:view'] }), 'keyName'],
        [operator.put(`/apikey/${key.id}`, { keyName: damaged, permissions: ['apikeys:view'] }), 'keyName'],
        [operator.patch(`/apikey/${key.id}`, { keyName: damaged }), 'keyName'],
        [service.operator.post('/workspace', { name: damaged }), 'name'],
        [service.operator.post('/workspace', { name: 'A', externalId: damaged }), 'externalId'],
        [service.operator.patch(`/workspace/${id}`, { externalId: damaged }), 'externalId'],
      ] as const) {
        const { body, text } = await refusal.expect(400, 'request.invalid');
        expect(body.details[0].field).toBe(field);
        expect(text).not.toContain(damaged.slice(8, 40));
      }
      const trail = await operator.get('/audit?limit=500').expect(200);
      expect(trail.text).not.toContain(damaged.slice(8, 40));
    });

    it('200: adds a member, who has exactly what is named; the trail says by whom', async () => {
      const role = { name: 'Support', permissions: ['auditLogs:view'] };
      const { id } = (await workspace.operator.post('/role', role).expect(201)).body;
      const adder = await workspace.keyWith('*');
      const body = { roles: ['viewer', id], permissions: ['apikeys:delete'] };

      const member = (await put('ann', body, adder.client).expect(200)).body;

      expect(member).toEqual({
        subject: 'ann',
        roles: ['viewer', 'Support'],
        permissions: ['apikeys:delete'],
        effectivePermissions: ['apikeys:delete', 'apikeys:view', 'auditLogs:view'],
        createdDate: member.createdDate,
        updatedDate: member.createdDate,
      });
      expect((await workspace.operator.get('/member/ann').expect(200)).body).toEqual(member);
      expect(await recordsOf('ann')).toMatchObject([
        {
          action: 'member.added',
          actor: { type: 'apikey', id: adder.id },
          targets: [{ type: 'member', id: 'ann' }],
          changes: [
            { field: 'roles', before: null, after: ['viewer', 'Support'] },
            { field: 'permissions', before: null, after: ['apikeys:delete'] },
          ],
        },
      ]);
    });

    it('200: replaces what a member holds, with before and after on the trail', async () => {
      const before = (await put('ann', { roles: ['viewer', 'auditor'], permissions: ['roles:view'] }).expect(200)).body;
      const after = (await put('ann', { roles: ['manager'] }).expect(200)).body;
      expect(after).toMatchObject({ roles: ['manager'], permissions: [], createdDate: before.createdDate });
      const [record] = await recordsOf('ann');
      expect(record).toMatchObject({
        action: 'member.updated',
        changes: [
          { field: 'roles', before: ['viewer', 'auditor'], after: ['manager'] },
          { field: 'permissions', before: ['roles:view'], after: [] },
        ],
      });
    });

    it('200: what changes nothing leaves no record; a member may hold nothing', async () => {
      const before = (await put('ann').expect(200)).body;
      expect(before).toMatchObject({ roles: [], permissions: [], effectivePermissions: [] });
      expect((await put('ann', { roles: [], permissions: [] }).expect(200)).body).toEqual(before);
      expect(await recordsOf('ann')).toHaveLength(1);
    });

    it('200: a role by name and by id in any case is one role', async () => {
      const role = (await workspace.operator.post('/role', { name: 'Support', permissions: [] }).expect(201)).body;
      const { body } = await put('ann', { roles: ['Support', role.id, role.id.toUpperCase(), 'viewer'] }).expect(200);
      expect(body.roles).toEqual(['Support', 'viewer']);
    });

    it.each(ODD_SUBJECTS)('200: the subject %j is added, found, changed and removed', async (subject) => {
      const path = `/member/${encodeURIComponent(subject)}`;
      expect((await workspace.operator.put(path, { roles: ['viewer'] }).expect(200)).body.subject).toBe(subject);
      expect((await workspace.operator.get(path).expect(200)).body.roles).toEqual(['viewer']);
      expect((await workspace.operator.get('/member').expect(200)).body).toMatchObject([{ subject }]);
      await workspace.operator.put(path, { roles: ['auditor'] }).expect(200);
      expect((await recordsOf(subject)).map(({ action }: { action: string }) => action)).toEqual([
        'member.updated',
        'member.added',
      ]);
      await workspace.operator.delete(path).expect(200);
      await workspace.operator.get(path).expect(404, 'member.not_found');
    });

    it('subjects differ by case, and by how an accent is written', async () => {
      for (const subject of ['ann', 'Ann', '\u00e9', 'e\u0301']) await put(subject).expect(200);
      expect((await workspace.operator.get('/member').expect(200)).body).toHaveLength(4);
    });

    it('400: a subject that is too long, has a NUL, or is a credential, which is recorded nowhere', async () => {
      const key = generateKey('lk');
      for (const subject of ['x'.repeat(256), 'a\0b', key, service.operatorKey, `auth0|${key}`]) {
        const { body } = await put(subject).expect(400, 'request.invalid');
        expect(body.details[0].field).toBe('subject');
        expect(JSON.stringify(body)).not.toContain(subject);
      }
      const { text } = await workspace.operator.get('/audit').expect(200);
      expect(text).not.toContain(key);
      expect((await workspace.operator.get('/member').expect(200)).body).toEqual([]);
    });

    it('400: each field that is wrong is named', async () => {
      const wrong: [string, unknown][] = [
        ['roles', 'viewer'],
        ['roles', null],
        ['roles', ['viewer', 'viewer']],
        ['roles', [7]],
        ['permissions', 'apikeys:view'],
        ['permissions', null],
        ['subject', 'ann'],
      ];
      for (const [field, value] of wrong) {
        const { body } = await put('ann', { [field]: value }).expect(400, 'request.invalid');
        expect([value, body.details[0].field]).toEqual([value, field]);
      }
      await workspace.operator.get('/member/ann').expect(404);
    });

    it('400: an unknown role or permission, with the nearest; another workspace’s role', async () => {
      const other = await createWorkspace(service);
      const foreign = (await other.operator.post('/role', { name: 'Foreign', permissions: [] }).expect(201)).body;
      const { body } = await put('ann', { roles: ['auditors', 'manaegr'] }).expect(400, 'role.unknown');
      expect(body.message).toContain('did you mean auditor?');
      expect(body.message).toContain('did you mean manager?');
      // Never one for everything, nor another word.
      for (const role of ['admins', 'Admin', 'admn', 'manage', 'mangler', 'view']) {
        const answer = await put('ann', { roles: [role] }).expect(400, 'role.unknown');
        expect(answer.body.message).not.toContain('did you mean');
      }
      for (const role of ['Foreign', foreign.id]) await put('ann', { roles: [role] }).expect(400, 'role.unknown');
      await put('ann', { permissions: ['apikeys:veiw'] }).expect(400, 'permission.unknown');
      await put('ann', { permissions: ['workspaces:view'] }).expect(400, 'permission.unknown');
      await workspace.operator.get('/member/ann').expect(404, 'member.not_found');
    });

    it('401, 403, 412: without a key, without the permission, without a subject', async () => {
      const { client } = await workspace.keyWith('members:view');
      await put('ann', {}, service.anonymous).expect(401, 'auth.unauthenticated');
      await put('ann', {}, client).expect(403, 'auth.permission_denied');
      await workspace.operator.put('/member', {}).expect(412, 'request.id_required');
      await workspace.operator.put('/member/', {}).expect(412, 'request.id_required');
      await put('ann', {}, service.operator).expect(412, 'workspace.required');
    });

    it('403: nobody gives more than they hold, by permission or by role', async () => {
      const { client } = await workspace.keyWith('members:manage', 'apikeys:view');
      const { body } = await put('ann', { roles: ['manager'] }, client).expect(403, 'auth.escalation');
      expect(body.message).toContain('apikeys:*');
      await put('ann', { roles: ['admin'] }, client).expect(403, 'auth.escalation');
      await put('ann', { permissions: ['apikeys:delete'] }, client).expect(403, 'auth.escalation');
      await put('ann', { roles: ['viewer'], permissions: ['apikeys:view'] }, client).expect(200);
    });

    it('403: a role that has grown beyond what the caller holds', async () => {
      const role = (await workspace.operator.post('/role', { name: 'Support', permissions: [] }).expect(201)).body;
      const { client } = await workspace.keyWith('members:manage', 'apikeys:view');
      await put('ann', { roles: ['Support'] }, client).expect(200);
      const grown = { name: 'Support', permissions: ['apikeys:delete'] };
      await workspace.operator.put(`/role/${role.id}`, grown).expect(200);
      await put('bob', { roles: ['Support'] }, client).expect(403, 'auth.escalation');
    });

    it('409: the last admin cannot be demoted; another admin makes it possible', async () => {
      await put('ann', { roles: ['admin'] }).expect(200);
      await put('ann', { roles: ['viewer'] }).expect(409, 'member.last_admin');
      await put('ann', { roles: ['admin', 'viewer'] }).expect(200);
      await put('bob', { roles: ['admin'] }).expect(200);
      await put('ann', { roles: ['viewer'] }).expect(200);
      await put('bob', { permissions: ['*'] }).expect(409, 'member.last_admin');
    });

    it('of 10 parallel additions of one subject all succeed, and one adds', async () => {
      const bodies = Array.from({ length: 10 }, (_, at) => ({ roles: at % 2 ? ['viewer'] : ['auditor'] }));
      await Promise.all(bodies.map((body) => put('ann', body).expect(200)));
      const actions: string[] = (await recordsOf('ann')).map(({ action }: { action: string }) => action);
      expect(actions.filter((action) => action === 'member.added')).toHaveLength(1);
      expect(actions.at(-1)).toBe('member.added');
    });

    it('additions and removals at the same time are done one after the other', async () => {
      for (let round = 0; round < 10; round += 1) {
        const subject = uniqueName('ann');
        await put(subject, { roles: ['viewer'] }).expect(200);
        const answers = await Promise.all(
          Array.from({ length: 10 }, (_, at) =>
            at % 2
              ? workspace.operator.delete(`/member/${encodeURIComponent(subject)}`)
              : put(subject, { roles: at % 4 ? ['viewer'] : ['auditor'] }),
          ),
        );
        for (const [at, { status, text }] of answers.entries()) {
          expect([text, at % 2 ? [200, 404] : [200]]).toEqual([text, expect.arrayContaining([status])]);
        }
      }
    });
  });
});
