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
    });

    it('finds the workspace in the list', async () => {
      const { body: made } = await service.operator
        .post('/workspace', { name: 'Listed', externalId: 'listed-1' })
        .expect(201);

      expect((await service.operator.get('/workspace?externalId=listed-1').expect(200)).body).toEqual([made]);
      expect((await service.operator.get('/workspace?externalId=listed').expect(200)).body).toEqual([]);
    });

    it('of one that looks like the id of another workspace, the id is meant', async () => {
      const [one, two] = [await createWorkspace(service), await createWorkspace(service)];
      await service.operator.patch(`/workspace/${two.id}`, { externalId: one.id }).expect(200);

      expect((await service.operator.in(one.id).get('/me').expect(200)).body.workspaceId).toBe(one.id);
    });

    it('400: one that no header can carry, or that means every workspace', async () => {
      for (const externalId of ['', '*', 'two words', 'Münster', 'x'.repeat(256), 7]) {
        const { body } = await service.operator.post('/workspace', { name: 'x', externalId }).expect(400);
        expect(body.details[0].field).toBe('externalId');
      }
    });
  });
});
