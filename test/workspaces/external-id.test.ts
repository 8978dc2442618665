import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('externalId of a workspace', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('names the workspace in X-Workspace-Id, for operators and for its own keys', async () => {
      const { id, keyWith } = await createWorkspace(service);
      const other = await createWorkspace(service);
      const externalId = 'https://crm.example/tenants/4711';
      await service.operator.patch(`/workspace/${id}`, { externalId }).expect(200);
      const { client } = await keyWith('apikeys:view');

      const { body } = await service.operator.in(externalId).get('/me').expect(200);
      expect(body.workspaceId).toBe(id);
      await client.in(externalId).get('/apikey').expect(200);
      const { client: stranger } = await other.keyWith('apikeys:view');
      await stranger.in(externalId).get('/apikey').expect(404, 'workspace.not_found');
      await service.operator.in('https://crm.example').get('/apikey').expect(404, 'workspace.not_found');
      await service.operator.in('https://crm.example').get('/apikey?page=x').expect(400, 'request.invalid');
      await service.operator.in('https://crm.example').post('/apikey', {}).expect(400, 'request.invalid');
      await stranger.in(externalId).get('/apikey?page=x').expect(400, 'request.invalid');
    });

    it('finds the workspace in the list', async () => {
      const { body: made } = await service.operator
        .post('/workspace', { name: 'Listed', externalId: 'listed-1' })
        .expect(201);

      expect((await service.operator.get('/workspace?externalId=listed-1').expect(200)).body).toEqual([made]);
      expect((await service.operator.get('/workspace?externalId=listed').expect(200)).body).toEqual([]);
    });

    it('409: the id of a workspace, in any case', async () => {
      const [one, two] = [await createWorkspace(service), await createWorkspace(service)];
      for (const externalId of [one.id, one.id.toUpperCase()]) {
        const created = await service.operator.post('/workspace', { name: 'x', externalId }).expect(409);
        const changed = await service.operator.patch(`/workspace/${two.id}`, { externalId }).expect(409);
        for (const { body } of [created, changed]) {
          expect(body).toMatchObject({ code: 'workspace.conflict', details: [{ field: 'externalId' }] });
          expect(body.message).toContain('is the id of a workspace');
        }
        expect((await service.operator.in(externalId).get('/me').expect(200)).body.workspaceId).toBe(one.id);
      }
    });

    it('201: a UUID of the host’s own', async () => {
      const externalId = '0199F3A2-5C1E-7D3A-9B1E-2F6F0C8A4D99';
      const { body } = await service.operator.post('/workspace', { name: 'x', externalId }).expect(201);
      expect((await service.operator.in(externalId).get('/me').expect(200)).body.workspaceId).toBe(body.id);
      await service.operator.in(externalId.toLowerCase()).get('/me').expect(404, 'workspace.not_found');
    });

    it('400: one that no header can carry, or that means every workspace', async () => {
      for (const externalId of ['', '*', 'two words', 'Münster', 'x'.repeat(256), 7]) {
        const { body } = await service.operator.post('/workspace', { name: 'x', externalId }).expect(400);
        expect(body.details[0].field).toBe('externalId');
      }
    });
  });
});
