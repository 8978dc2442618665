import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { INVISIBLE_NAMES, VISIBLE_NAMES } from '../support/invisible-names.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('POST /api/v1/role', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const create = (body: object, { operator } = workspace) =>
      operator.post('/role', { name: uniqueName('Role'), permissions: ['apikeys:view'], ...body });

    it('201: the role, and a record of who made it with which permissions', async () => {
      const maker = await workspace.keyWith('roles:manage', 'apikeys:*');
      const asked = { name: uniqueName('Súpport 🗝'), description: 'Answers customers', permissions: ['apikeys:*'] };
      const { body } = await maker.client.post('/role', asked).expect(201);
      expect(body).toEqual({
        ...asked,
        id: body.id,
        builtIn: false,
        createdDate: body.createdDate,
        updatedDate: body.createdDate,
      });
      const { data } = (await workspace.operator.get(`/audit?targetId=${body.id}`).expect(200)).body;
      expect(data).toMatchObject([
        {
          action: 'role.created',
          actor: { type: 'apikey', id: maker.id },
          targets: [{ type: 'role', id: body.id, display: asked.name }],
          changes: [
            { field: 'name', before: null, after: asked.name },
            { field: 'description', before: null, after: 'Answers customers' },
            { field: 'permissions', before: null, after: ['apikeys:*'] },
          ],
        },
      ]);
    });

    it('201: may grant nothing', async () => {
      expect((await create({ permissions: [] }).expect(201)).body).toMatchObject({
        permissions: [],
        description: null,
      });
    });

    it('201: two workspaces may have a role of the same name', async () => {
      const name = uniqueName('Role');
      await create({ name }).expect(201);
      await create({ name }, await createWorkspace(service)).expect(201);
    });

    it('400: each field that is wrong is named', async () => {
      const wrong: [string, unknown][] = [
        ['name', ''],
        ['name', null],
        ['name', 'x'.repeat(101)],
        ['name', 'a\0b'],
        ...INVISIBLE_NAMES.map((name): [string, unknown] => ['name', name]),
        ['name', '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11'],
        ['description', 'x'.repeat(501)],
        ['permissions', null],
        ['permissions', 'apikeys:view'],
        ['permissions', ['apikeys:view', 'apikeys:view']],
        ['builtIn', true],
      ];
      for (const [field, value] of wrong) {
        const { body } = await create({ [field]: value }).expect(400, 'request.invalid');
        expect([value, body.details[0].field]).toEqual([value, field]);
      }
      await workspace.operator.post('/role', { name: uniqueName('Role') }).expect(400, 'request.invalid');
    });

    it('400: an unknown permission, with the nearest that there is; one of the operator’s', async () => {
      const { body } = await create({ permissions: ['apikeys:veiw'] }).expect(400, 'permission.unknown');
      expect(body.message).toContain('did you mean apikeys:view?');
      await create({ permissions: ['workspaces:manage'] }).expect(400, 'permission.unknown');
      await create({ permissions: ['workspaces:*'] }).expect(400, 'permission.unknown');
    });

    it('401, 403, 412: without a key, without the permission, by the operator in no workspace', async () => {
      const role = { name: uniqueName('Role'), permissions: [] };
      const { client } = await workspace.keyWith('roles:view');
      await service.anonymous.post('/role', role).expect(401, 'auth.unauthenticated');
      const { body } = await client.post('/role', role).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('roles:manage');
      await service.operator.post('/role', role).expect(412, 'workspace.required');
    });

    it('403: with more than the caller holds, naming what is missing', async () => {
      const { client } = await workspace.keyWith('roles:manage', 'apikeys:view');
      for (const grant of ['apikeys:delete', 'apikeys:*', '*']) {
        const role = { name: uniqueName('Role'), permissions: ['apikeys:view', grant] };
        const { body } = await client.post('/role', role).expect(403, 'auth.escalation');
        expect(body.message).toContain(`does not have: ${grant}.`);
      }
    });

    it.each([
      ['Billing', 'billing'],
      ['Straße', 'STRASSE'],
      ['Großer', 'GROẞER'],
      ['ΟΔΟΣ', 'οδος'],
      ['Café', 'CAFE\u0301'],
      ['Refund', 'ｒｅｆｕｎｄ'],
      ['Office', 'oﬀice'],
      ['Zimmer ①', 'zimmer 1'],
    ])('409: %j is taken by %j', async (name, same) => {
      const { body } = await create({ name }).expect(201);
      await create({ name: same }).expect(409, 'role.conflict');
      const other = (await create({}).expect(201)).body;
      const replacement = { name: same, permissions: [] };
      await workspace.operator.put(`/role/${other.id}`, replacement).expect(409, 'role.conflict');
      await workspace.operator.put(`/role/${other.id}?dryRun=true`, replacement).expect(409, 'role.conflict');
      await workspace.operator.put(`/role/${body.id}`, replacement).expect(200);
      await create({ name }).expect(409, 'role.conflict');
    });

    it.each(['Admin', 'VIEWER', 'Manager', 'ａｄｍｉｎ'])('409: %s reads as a built-in role', async (name) => {
      await create({ name }).expect(409, 'role.conflict');
    });

    it('201: a name of 100 characters that are 18 letters each, once', async () => {
      const name = '\ufdfa'.repeat(100);
      const { operator } = await createWorkspace(service);
      await operator.post('/role', { name, permissions: [] }).expect(201);
      await operator.post('/role', { name, permissions: [] }).expect(409, 'role.conflict');
    });

    it.each(VISIBLE_NAMES)('201: %s', async (name) => {
      expect((await create({ name }).expect(201)).body.name).toBe(name);
    });

    it('409: the name is taken, or belongs to a built-in role', async () => {
      const { name } = (await create({}).expect(201)).body;
      for (const taken of [name, 'admin', 'manager', 'auditor', 'viewer']) {
        await create({ name: taken }).expect(409, 'role.conflict');
      }
    });

    it('409: of 10 parallel creations with one name one wins', async () => {
      const name = uniqueName('Role');
      const answers = await Promise.all(Array.from({ length: 10 }, () => create({ name })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(9).fill(409)]);
    });
  });
});
