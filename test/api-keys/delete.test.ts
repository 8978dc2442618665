import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('DELETE /api/v1/apikey/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const recordsOf = async (targetId: string, action: string) =>
      (await workspace.operator.get(`/audit?targetId=${targetId}&action=${action}`).expect(200)).body.data;

    it('200: the key stops working and the trail says who, when and which', async () => {
      const deleter = await workspace.keyWith('apikeys:delete');
      const key = await workspace.keyWith('apikeys:view');
      await key.client.get('/apikey').expect(200);

      const { body } = await deleter.client.delete(`/apikey/${key.id}?reason=Left%20in%20a%20repository`).expect(200);

      expect(body).toEqual({ affected: 1, raw: [] });
      await key.client.get('/apikey').expect(401, 'auth.unauthenticated');
      const [record, ...others] = await recordsOf(key.id, 'apikey.deleted');
      expect(others).toEqual([]);
      expect(record).toMatchObject({
        action: 'apikey.deleted',
        outcome: 'success',
        workspaceId: workspace.id,
        actor: { type: 'apikey', id: deleter.id, display: deleter.name, credentialId: deleter.id },
        targets: [{ type: 'apikey', id: key.id, display: key.name }],
        reason: 'Left in a repository',
        request: { method: 'DELETE', route: '/api/v1/apikey/:id', ip: '127.0.0.1' },
        statusCode: 200,
      });
    });

    it('one of 50 parallel deletes wins, and one record says so', async () => {
      const key = await workspace.keyWith('apikeys:view');

      const answers = await Promise.all(
        Array.from({ length: 50 }, () => workspace.operator.delete(`/apikey/${key.id}`)),
      );

      const statuses = answers.map(({ status }) => status).sort();
      expect(statuses).toEqual([200, ...Array<number>(49).fill(404)]);
      expect(await recordsOf(key.id, 'apikey.deleted')).toHaveLength(1);
    });

    it('200: only for the version that If-Match names, else 412', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch(`/apikey/${key.id}`, { description: 'changed' }).expect(200);
      await workspace.operator
        .delete(`/apikey/${key.id}`, { 'if-match': '"1"' })
        .expect(412, 'apikey.version_mismatch');
      await workspace.operator.delete(`/apikey/${key.id}`, { 'if-match': '"2"' }).expect(200);
    });

    it('401: without a key', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await service.anonymous.delete(`/apikey/${key.id}`).expect(401, 'auth.unauthenticated');
      await key.client.get('/apikey').expect(200);
    });

    it('403: names the missing permission', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const { body, headers } = await key.client.delete(`/apikey/${key.id}`).expect(403, 'auth.permission_denied');
      expect(body.message).toContain('apikeys:delete');
      expect(headers.get('www-authenticate')).toBe(
        'Bearer realm="latchkey", error="insufficient_scope", scope="apikeys:delete"',
      );
      await key.client.get('/apikey').expect(200);
    });

    it('404: another workspace’s key does not exist', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const stranger = await (await createWorkspace(service)).keyWith('*');
      await stranger.client.delete(`/apikey/${key.id}`).expect(404, 'apikey.not_found');
      await key.client.get('/apikey').expect(200);
    });

    it('404: an unknown id, and one that is no UUID', async () => {
      const { body } = await workspace.operator.delete('/apikey/not-a-uuid').expect(404, 'apikey.not_found');
      expect(body.message).not.toContain('not-a-uuid');
      await workspace.operator.delete('/apikey/0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11').expect(404, 'apikey.not_found');
    });

    it('404: a second time', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await workspace.operator.delete(`/apikey/${key.id}`).expect(404, 'apikey.not_found');
    });

    it('412: no id in the path', async () => {
      const { client } = await workspace.keyWith('apikeys:delete');
      await client.delete('/apikey').expect(412, 'request.id_required');
      await client.delete('/apikey/').expect(412, 'request.id_required');
    });

    it('412: the operator names no workspace', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await service.operator.delete(`/apikey/${key.id}`).expect(412, 'workspace.required');
      await key.client.get('/apikey').expect(200);
    });

    it('refuses in the order 401, 403, 412, 400, 404', async () => {
      const viewer = await workspace.keyWith('apikeys:view');
      const deleter = await workspace.keyWith('apikeys:delete');
      await service.anonymous.delete('/apikey?unknown=1').expect(401);
      await viewer.client.delete('/apikey?unknown=1').expect(403);
      await deleter.client.delete('/apikey?unknown=1').expect(412);
      await deleter.client.delete('/apikey/none?unknown=1').expect(400, 'request.invalid');
      await deleter.client.delete('/apikey/none').expect(404);
    });
  });
});
