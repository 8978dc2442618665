import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('GET /api/v1/apikey/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    it('200: the key as it was created, masked, with its version as ETag', async () => {
      const { body: created } = await workspace.operator
        .post('/apikey', { keyName: 'One', permissions: ['apikeys:view'], metadata: { b: 1, a: [{}] } })
        .expect(201);
      const { body, headers } = await workspace.operator.get(`/apikey/${created.id}`).expect(200);
      expect(body).toEqual({ ...created, apiKey: expect.stringMatching(/^lk_.{4}….{4}$/) });
      expect(headers.get('etag')).toBe('"1"');
      await workspace.operator.patch(`/apikey/${created.id}`, { description: 'x' }).expect(200);
      const again = await workspace.operator.get(`/apikey/${created.id}`).expect(200);
      expect(again.headers.get('etag')).toBe('"2"');
    });

    it('200: the id in upper case, and with a slash behind it', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const { body } = await workspace.operator.get(`/apikey/${key.id.toUpperCase()}`).expect(200);
      expect(body.id).toBe(key.id);
      await workspace.operator.get(`/apikey/${key.id}/`).expect(200);
    });

    it('401: without a key', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await service.anonymous.get(`/apikey/${key.id}`).expect(401, 'auth.unauthenticated');
    });

    it('403: names the missing permission', async () => {
      const key = await workspace.keyWith('apikeys:delete', 'apikeys:update', 'apikeys:create');
      const { body } = await key.client.get(`/apikey/${key.id}`).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('apikeys:view');
    });

    it('404: an unknown id, one that is no UUID, another workspace’s, and a deleted one, all alike', async () => {
      const deleted = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${deleted.id}`).expect(200);
      const foreign = await (await createWorkspace(service)).keyWith('apikeys:view');
      for (const id of ['0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11', foreign.id, deleted.id]) {
        const { body } = await workspace.operator.get(`/apikey/${id}`).expect(404, 'apikey.not_found');
        expect(body.message).toBe(`API key ${id} does not exist.`);
      }
      for (const id of ['1', "' OR 1=1 --", '%00', '..%2f..', 'x'.repeat(2000)]) {
        const { body } = await workspace.operator.get(`/apikey/${id}`).expect(404, 'apikey.not_found');
        expect(body.message).toBe('The API key does not exist: its id is no UUID.');
      }
    });

    it('412: the operator names no workspace', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await service.operator.get(`/apikey/${key.id}`).expect(412, 'workspace.required');
    });
  });
});
