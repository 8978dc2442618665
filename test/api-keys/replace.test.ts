import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('PUT /api/v1/apikey/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    it('200: replaces the name and the permissions, and nothing else', async () => {
      const { body: before } = await workspace.operator
        .post('/apikey', { keyName: uniqueName('Old'), permissions: ['apikeys:view'], description: 'stays' })
        .expect(201);
      const client = service.operator.as(before.apiKey);
      const asked = { keyName: uniqueName('New'), permissions: ['apikeys:delete', 'auditLogs:*'] };

      const { body, headers } = await workspace.operator.put(`/apikey/${before.id}`, asked).expect(200);

      expect(body).toEqual({
        ...before,
        ...asked,
        effectivePermissions: asked.permissions,
        apiKey: body.apiKey,
        updatedDate: body.updatedDate,
      });
      expect(headers.get('etag')).toBe('"2"');
      expect((await workspace.operator.get(`/apikey/${before.id}`).expect(200)).body).toMatchObject(asked);
      await client.get('/apikey').expect(403);
      await client.get('/audit').expect(200);
      const trail = await workspace.operator.get(`/audit?targetId=${before.id}&action=apikey.updated`).expect(200);
      expect(trail.body.data).toHaveLength(1);
      expect(trail.body.data[0].changes).toEqual([
        { field: 'keyName', before: before.keyName, after: asked.keyName },
        { field: 'permissions', before: ['apikeys:view'], after: asked.permissions },
      ]);
    });

    it.each(['apikeys:create', 'apikeys:update'])('200: for a caller with %s', async (permission) => {
      const { client } = await workspace.keyWith(permission, 'apikeys:view');
      const key = await workspace.keyWith('apikeys:view');
      await client.put(`/apikey/${key.id}`, { keyName: uniqueName('New'), permissions: ['apikeys:view'] }).expect(200);
    });

    it('200: what it already is leaves no record and the same ETag', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const { headers } = await workspace.operator
        .put(`/apikey/${key.id}`, { keyName: key.name, permissions: ['apikeys:view'] })
        .expect(200);
      expect(headers.get('etag')).toBe('"1"');
      const trail = await workspace.operator.get(`/audit?targetId=${key.id}&action=apikey.updated`).expect(200);
      expect(trail.body.data).toEqual([]);
    });

    it('400: both fields are needed, and no other is known', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const whole = { keyName: uniqueName('New'), permissions: ['apikeys:view'] };
      for (const [field, body] of [
        ['keyName', { permissions: whole.permissions }],
        ['permissions', { keyName: whole.keyName }],
        ['permissions', { ...whole, permissions: [] }],
        ['description', { ...whole, description: 'x' }],
        ['enabled', { ...whole, enabled: false }],
      ] as const) {
        const refused = await workspace.operator.put(`/apikey/${key.id}`, body).expect(400, 'request.invalid');
        expect(refused.body.details[0].field).toBe(field);
      }
      const { headers } = await workspace.operator.get(`/apikey/${key.id}`).expect(200);
      expect(headers.get('etag')).toBe('"1"');
    });

    it('409: the name is taken; its own is not', async () => {
      const one = await workspace.keyWith('apikeys:view');
      const two = await workspace.keyWith('apikeys:view');
      await workspace.operator
        .put(`/apikey/${one.id}`, { keyName: two.name, permissions: ['apikeys:view'] })
        .expect(409, 'apikey.conflict');
      await workspace.operator
        .put(`/apikey/${one.id}`, { keyName: one.name, permissions: ['apikeys:delete'] })
        .expect(200);
    });

    it('401, 403, 404: without a key, without the permission, of another workspace', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const body = { keyName: uniqueName('New'), permissions: ['apikeys:view'] };
      await service.anonymous.put(`/apikey/${key.id}`, body).expect(401, 'auth.unauthenticated');
      const refused = await key.client.put(`/apikey/${key.id}`, body).expect(403, 'auth.permission_denied');
      expect(refused.body.message).toContain('apikeys:create or apikeys:update');
      const stranger = await (await createWorkspace(service)).keyWith('*');
      await stranger.client.put(`/apikey/${key.id}`, body).expect(404, 'apikey.not_found');
      await workspace.operator.put('/apikey/none', body).expect(404, 'apikey.not_found');
    });

    it('412: no id in the path, no workspace, another version', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const body = { keyName: uniqueName('New'), permissions: ['apikeys:view'] };
      await workspace.operator.put('/apikey', body).expect(412, 'request.id_required');
      await workspace.operator.put('/apikey/', body).expect(412, 'request.id_required');
      await service.operator.put(`/apikey/${key.id}`, body).expect(412, 'workspace.required');
      await workspace.operator
        .put(`/apikey/${key.id}`, body, { 'if-match': '"2"' })
        .expect(412, 'apikey.version_mismatch');
      await workspace.operator.put(`/apikey/${key.id}`, body, { 'if-match': '"1"' }).expect(200);
    });
  });
});
