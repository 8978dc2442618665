import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /api/v1/audit/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let record: { id: string };

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      await workspace.keyWith('apikeys:view');
      [record] = (await workspace.operator.get('/audit?action=apikey.created').expect(200)).body.data;
    });

    afterAll(() => service.stop());

    it('200: the record as the list has it', async () => {
      expect((await workspace.operator.get(`/audit/${record.id}`).expect(200)).body).toEqual(record);
      expect((await service.operator.in('*').get(`/audit/${record.id}`).expect(200)).body).toEqual(record);
      expect((await workspace.operator.get(`/audit/${record.id.toUpperCase()}`).expect(200)).body).toEqual(record);
    });

    it('404: another workspace’s, an unknown id, and one that is no UUID, all alike', async () => {
      const stranger = await (await createWorkspace(service)).keyWith('*');
      const { body: foreign } = await stranger.client.get(`/audit/${record.id}`).expect(404, 'audit.not_found');
      for (const id of ['0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11', '1', '%00', "'--", 'x'.repeat(2000)]) {
        const { body } = await stranger.client.get(`/audit/${id}`).expect(404, 'audit.not_found');
        expect(body.message).toBe(foreign.message);
      }
    });

    it('401, 403, 412: without a key, without the permission, without a workspace', async () => {
      await service.anonymous.get(`/audit/${record.id}`).expect(401, 'auth.unauthenticated');
      const { client } = await workspace.keyWith('auditLogs:export');
      await client.get(`/audit/${record.id}`).expect(403, 'auth.permission_denied');
      await service.operator.get(`/audit/${record.id}`).expect(412, 'workspace.required');
    });
  });
});
