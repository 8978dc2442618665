import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

interface RecordedChange {
  field: string;
  before: unknown;
  after: unknown;
}

describe('PATCH /api/v1/apikey/:id', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const full = async () =>
      (
        await workspace.operator
          .post('/apikey', {
            keyName: uniqueName('Key'),
            permissions: ['apikeys:view'],
            description: 'Nightly export',
            expirationDate: '2040-01-31T12:00:00.000Z',
            allowedIps: ['127.0.0.0/8'],
            rateLimit: { limit: 100, windowSeconds: 60 },
            metadata: { team: 'billing', list: [1, { a: null }] },
          })
          .expect(201)
      ).body;

    const recordsOf = async (targetId: string): Promise<{ action: string; changes: RecordedChange[] }[]> =>
      (await workspace.operator.get(`/audit?targetId=${targetId}`).expect(200)).body.data.slice(0, -1);

    it.each<[string, unknown]>([
      ['keyName', 'Renamed'],
      ['permissions', ['auditLogs:*', 'apikeys:view']],
      ['description', 'Weekly export'],
      ['description', null],
      ['expirationDate', '2041-01-31T12:00:00.000Z'],
      ['expirationDate', null],
      ['allowedIps', ['203.0.113.0/24', '2001:db8::/32']],
      ['allowedIps', []],
      ['rateLimit', { limit: 5, windowSeconds: 1 }],
      ['rateLimit', null],
      ['metadata', { team: 'export', zebra: 1, apple: 2 }],
      ['metadata', {}],
    ])('200: %s becomes %j, nothing else changes, and the record has before and after', async (field, value) => {
      const before = await full();
      const { body, headers } = await workspace.operator.patch(`/apikey/${before.id}`, { [field]: value }).expect(200);
      const { apiKey, updatedDate, effectivePermissions } = body;
      expect(body).toEqual({ ...before, [field]: value, apiKey, updatedDate, effectivePermissions });
      expect(effectivePermissions).toEqual(body.permissions);
      expect(headers.get('etag')).toBe('"2"');
      expect((await workspace.operator.get(`/apikey/${before.id}`).expect(200)).body).toEqual(body);
      expect(await recordsOf(before.id)).toMatchObject([
        {
          action: 'apikey.updated',
          targets: [{ id: before.id, display: body.keyName }],
          changes: [{ field, before: before[field], after: value }],
        },
      ]);
      await workspace.operator.delete(`/apikey/${before.id}`).expect(200);
    });

    it('200: an expiry counted from now', async () => {
      const { id } = await full();
      const { body } = await workspace.operator.patch(`/apikey/${id}`, { expiresInSeconds: 60 }).expect(200);
      expect(Date.parse(body.expirationDate) - Date.parse(body.updatedDate)).toBe(60_000);
    });

    it('200: several fields in one record', async () => {
      const { id, keyName } = await full();
      const renamed = uniqueName('Renamed');
      await workspace.operator.patch(`/apikey/${id}`, { keyName: renamed, description: null }).expect(200);
      const [record, ...others] = await recordsOf(id);
      expect(others).toEqual([]);
      expect(record?.changes).toEqual([
        { field: 'keyName', before: keyName, after: renamed },
        { field: 'description', before: 'Nightly export', after: null },
      ]);
    });

    it('200: disabling and enabling are records of their own, at once in force', async () => {
      const key = await workspace.keyWith('apikeys:view');
      const { body } = await workspace.operator
        .patch(`/apikey/${key.id}`, { enabled: false, description: 'x' })
        .expect(200);
      expect(body).toMatchObject({ enabled: false, status: 'disabled', description: 'x' });
      await key.client.get('/apikey').expect(401);
      await workspace.operator.patch(`/apikey/${key.id}`, { enabled: true }).expect(200);
      await key.client.get('/apikey').expect(200);

      const records = (await recordsOf(key.id)).filter(({ action }) => action.startsWith('apikey.'));
      expect(records.map(({ action, changes }) => [action, changes])).toEqual([
        ['apikey.enabled', [{ field: 'enabled', before: false, after: true }]],
        ['apikey.disabled', [{ field: 'enabled', before: true, after: false }]],
        ['apikey.updated', [{ field: 'description', before: null, after: 'x' }]],
      ]);
    });

    it('200: a reduced permission is gone when it answers', async () => {
      const key = await workspace.keyWith('apikeys:view', 'auditLogs:view');
      await key.client.get('/audit').expect(200);
      await workspace.operator.patch(`/apikey/${key.id}`, { permissions: ['apikeys:view'] }).expect(200);
      await key.client.get('/audit').expect(403, 'auth.permission_denied');
      await key.client.get('/apikey').expect(200);
    });

    it('200: what changes nothing leaves no record and the same ETag', async () => {
      const before = await full();
      for (const body of [
        {},
        { enabled: true },
        { keyName: before.keyName },
        { expirationDate: '2040-01-31T13:00:00+01:00' },
        { rateLimit: { windowSeconds: 60, limit: 100 } },
        { metadata: { list: [1, { a: null }], team: 'billing' } },
        { permissions: before.permissions, allowedIps: before.allowedIps, description: before.description },
      ]) {
        const answer = await workspace.operator.patch(`/apikey/${before.id}`, body).expect(200);
        expect(answer.headers.get('etag')).toBe('"1"');
        expect(answer.body).toEqual({ ...before, apiKey: answer.body.apiKey });
      }
      expect(await recordsOf(before.id)).toEqual([]);
    });

    it('200 or 412: If-Match names the version, one of several, or any', async () => {
      const { id } = await full();
      const patch = (ifMatch: string) =>
        workspace.operator.patch(`/apikey/${id}`, { description: uniqueName('x') }, { 'if-match': ifMatch });
      await patch('"1"').expect(200);
      for (const stale of ['"1"', '"3"', 'W/"2"', '""', '"1", "3"', '"1","a,b"']) {
        await patch(stale).expect(412, 'apikey.version_mismatch');
      }
      for (const malformed of ['2', '', ',', '"2', '2"', '"1" "2"', '"1",', '*, "2"', '"a b"', 'w/"2"']) {
        const { body } = await patch(malformed).expect(400, 'request.invalid');
        expect(body.details).toEqual([
          {
            field: 'If-Match',
            message: 'If-Match must be *, or one or more ETags in quotation marks, such as "1".',
          },
        ]);
      }
      await patch('"1", "2"').expect(200);
      await patch('*').expect(200);
      const { headers } = await workspace.operator.get(`/apikey/${id}`).expect(200);
      expect(headers.get('etag')).toBe('"4"');
    });

    it('of 20 parallel patches with one If-Match one wins, and one record says so', async () => {
      const { id } = await full();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          workspace.operator.patch(`/apikey/${id}`, { description: `Patch ${at}` }, { 'if-match': '"1"' }),
        ),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array<number>(19).fill(412)]);
      const won = answers.find(({ status }) => status === 200);
      const { body, headers } = await workspace.operator.get(`/apikey/${id}`).expect(200);
      expect(body.description).toBe(won?.body.description);
      expect(headers.get('etag')).toBe('"2"');
      expect((await recordsOf(id)).filter(({ action }) => action === 'apikey.updated')).toHaveLength(1);
    });

    it('20 parallel patches without If-Match are all kept, one after the other', async () => {
      const { id } = await full();
      await Promise.all(
        Array.from({ length: 20 }, (_, at) =>
          workspace.operator.patch(`/apikey/${id}`, { description: `Patch ${at}` }).expect(200),
        ),
      );
      const { headers } = await workspace.operator.get(`/apikey/${id}`).expect(200);
      expect(headers.get('etag')).toBe('"21"');
      const changes = (await recordsOf(id)).map((record) => record.changes[0]);
      for (const [at, change] of changes.slice(0, -1).entries()) expect(change?.before).toBe(changes[at + 1]?.after);
    });

    it('400: both expiries, or one that is past, changes nothing', async () => {
      const before = await full();
      for (const body of [
        { expiresInSeconds: 1, expirationDate: null },
        { expirationDate: '2020-01-01T00:00:00Z', description: 'lost' },
      ]) {
        await workspace.operator.patch(`/apikey/${before.id}`, body).expect(400, 'request.invalid');
      }
      const { body, headers } = await workspace.operator.get(`/apikey/${before.id}`).expect(200);
      expect(body).toEqual({ ...before, apiKey: body.apiKey });
      expect(headers.get('etag')).toBe('"1"');
    });

    it('400: null where nothing can be cleared', async () => {
      const { id } = await full();
      for (const field of ['keyName', 'permissions', 'allowedIps', 'metadata', 'enabled', 'expiresInSeconds']) {
        const { body } = await workspace.operator.patch(`/apikey/${id}`, { [field]: null }).expect(400);
        expect(body.details[0].field).toBe(field);
      }
    });

    it('409: the name is taken', async () => {
      const one = await workspace.keyWith('apikeys:view');
      const two = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch(`/apikey/${one.id}`, { keyName: two.name }).expect(409, 'apikey.conflict');
      const { body } = await workspace.operator.get(`/apikey/${one.id}`).expect(200);
      expect(body.keyName).toBe(one.name);
    });

    it('401, 403, 404: without a key, without the permission, of another workspace', async () => {
      const key = await workspace.keyWith('apikeys:view', 'apikeys:create');
      await service.anonymous.patch(`/apikey/${key.id}`, {}).expect(401, 'auth.unauthenticated');
      const refused = await key.client.patch(`/apikey/${key.id}`, {}).expect(403, 'auth.permission_denied');
      expect(refused.body.message).toContain('apikeys:update');
      const stranger = await (await createWorkspace(service)).keyWith('*');
      await stranger.client.patch(`/apikey/${key.id}`, { enabled: false }).expect(404, 'apikey.not_found');
      await workspace.operator.patch('/apikey/none', {}).expect(404, 'apikey.not_found');
      await key.client.get('/apikey').expect(200);
    });

    it('412: no id in the path, and the operator names no workspace', async () => {
      const key = await workspace.keyWith('apikeys:view');
      await workspace.operator.patch('/apikey', {}).expect(412, 'request.id_required');
      await workspace.operator.patch('/apikey/', {}).expect(412, 'request.id_required');
      await service.operator.patch(`/apikey/${key.id}`, {}).expect(412, 'workspace.required');
    });
  });
});
