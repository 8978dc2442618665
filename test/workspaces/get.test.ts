import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /api/v1/workspace/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    it('200: the workspace as it was created', async () => {
      const { body } = await service.operator.post('/workspace', { name: uniqueName('Acme') }).expect(201);
      expect((await service.operator.get(`/workspace/${body.id}`).expect(200)).body).toEqual(body);
      expect((await service.operator.get(`/workspace/${body.id.toUpperCase()}`).expect(200)).body).toEqual(body);
    });

    it('404: an unknown id, and one that is no UUID, alike', async () => {
      for (const id of ['0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11', '1', '%00', "'--"]) {
        const { body } = await service.operator.get(`/workspace/${id}`).expect(404, 'workspace.not_found');
        expect(body.message).toBe('The workspace does not exist.');
      }
    });

    it('401: without a key, and 403: for every key, also in that workspace', async () => {
      const workspace = await createWorkspace(service);
      await service.anonymous.get(`/workspace/${workspace.id}`).expect(401, 'auth.unauthenticated');
      const { client } = await workspace.keyWith('*');
      await client.get(`/workspace/${workspace.id}`).expect(403, 'auth.permission_denied');
    });
  });
});
