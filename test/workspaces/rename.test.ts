import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const UNKNOWN = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

describe('PATCH /api/v1/workspace/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    const updatesOf = async (id: string) =>
      (await service.operator.in(id).get('/audit?action=workspace.updated').expect(200)).body.data;

    it('200: the workspace has the new name, its keys go on working, and the record has before and after', async () => {
      const { id, keyWith } = await createWorkspace(service);
      const key = await keyWith('apikeys:view');
      const before = (await service.operator.get(`/workspace/${id}`).expect(200)).body;
      const name = uniqueName('Acme “Europe” 🗝');

      const { body } = await service.operator.patch(`/workspace/${id}`, { name }).expect(200);

      expect(body).toEqual({ ...before, name, updatedDate: body.updatedDate });
      expect((await service.operator.get(`/workspace/${id}`).expect(200)).body).toEqual(body);
      await key.client.get('/apikey').expect(200);
      expect(await updatesOf(id)).toMatchObject([
        {
          actor: { type: 'operator' },
          targets: [{ type: 'workspace', id, display: name }],
          changes: [{ field: 'name', before: before.name, after: name }],
          statusCode: 200,
        },
      ]);
    });

    it('200: what changes nothing leaves no record', async () => {
      const { id } = await createWorkspace(service);
      const before = (await service.operator.get(`/workspace/${id}`).expect(200)).body;
      for (const body of [{}, { name: before.name }]) {
        expect((await service.operator.patch(`/workspace/${id}`, body).expect(200)).body).toEqual(before);
      }
      expect(await updatesOf(id)).toEqual([]);
    });

    it('400: a name that is none', async () => {
      const { id } = await createWorkspace(service);
      for (const name of ['', '  ', null, 7, 'x'.repeat(101), 'a\0b']) {
        const { body } = await service.operator.patch(`/workspace/${id}`, { name }).expect(400, 'request.invalid');
        expect(body.details[0].field).toBe('name');
      }
      await service.operator.patch(`/workspace/${id}`, { title: 'x' }).expect(400);
    });

    it('401, 403: for the operator alone', async () => {
      const { id, keyWith } = await createWorkspace(service);
      const { client } = await keyWith('*');
      await service.anonymous.patch(`/workspace/${id}`, { name: 'x' }).expect(401, 'auth.unauthenticated');
      const { body } = await client.patch(`/workspace/${id}`, { name: 'x' }).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('workspaces:manage');
    });

    it('404: an unknown id, and one that is no UUID', async () => {
      for (const id of [UNKNOWN, 'none']) {
        await service.operator.patch(`/workspace/${id}`, { name: 'x' }).expect(404, 'workspace.not_found');
      }
    });

    it('200: externalId is set, and cleared by null', async () => {
      const { id } = await createWorkspace(service);
      const externalId = uniqueName('tenant').replace(' ', '/');
      const set = await service.operator.patch(`/workspace/${id}`, { externalId }).expect(200);
      expect(set.body.externalId).toBe(externalId);
      const cleared = await service.operator.patch(`/workspace/${id}`, { externalId: null }).expect(200);
      expect(cleared.body.externalId).toBeNull();
      const changes = (await updatesOf(id)).map((record: { changes: unknown }) => record.changes);
      expect(changes).toEqual([
        [{ field: 'externalId', before: externalId, after: null }],
        [{ field: 'externalId', before: null, after: externalId }],
      ]);
    });

    it('409: the externalId is taken; a name never is', async () => {
      const [one, two] = [await createWorkspace(service), await createWorkspace(service)];
      const externalId = uniqueName('taken').replace(' ', '-');
      const { name } = (await service.operator.patch(`/workspace/${two.id}`, { externalId }).expect(200)).body;
      await service.operator.patch(`/workspace/${one.id}`, { externalId }).expect(409, 'workspace.conflict');
      await service.operator.patch(`/workspace/${one.id}`, { name }).expect(200);
    });

    it('412: no id in the path', async () => {
      await service.operator.patch('/workspace', { name: 'x' }).expect(412, 'request.id_required');
      await service.operator.patch('/workspace/', { name: 'x' }).expect(412, 'request.id_required');
    });
  });
});
