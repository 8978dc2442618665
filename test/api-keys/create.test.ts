import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isWellFormedKey, maskKey } from '../../src/kernel/keys/key-format.js';
import { INVISIBLE_NAMES, VISIBLE_NAMES } from '../support/invisible-names.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const UUID_7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

describe('POST /api/v1/apikey', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const create = (body: Record<string, unknown> = {}, headers?: Record<string, string>) =>
      workspace.operator.post(
        '/apikey',
        { keyName: uniqueName('Key'), permissions: ['apikeys:view'], ...body },
        headers,
      );

    it('201: the key, with all that was asked for and nothing else', async () => {
      const creator = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const asked = {
        keyName: uniqueName('Billing’s “wörker” 🗝'),
        permissions: ['apikeys:view'],
        description: 'Nightly\nexport',
        expirationDate: '2040-01-31T12:00:00+02:00',
        allowedIps: ['127.0.0.1', '2001:db8::/32'],
        rateLimit: { limit: 10, windowSeconds: 60 },
        metadata: { team: 'billing', nested: { list: [1, 0.5, null, true, ''] } },
      };

      const { body, headers } = await creator.client.post('/apikey', asked).expect(201);

      expect(body).toEqual({
        ...asked,
        id: expect.stringMatching(UUID_7),
        workspaceId: workspace.id,
        apiKey: expect.stringMatching(/^lk_[0-9A-Za-z]{49}$/),
        roles: [],
        effectivePermissions: ['apikeys:view'],
        expirationDate: '2040-01-31T10:00:00.000Z',
        enabled: true,
        status: 'active',
        createdDate: expect.stringMatching(DATE),
        updatedDate: body.createdDate,
        createdBy: { type: 'apikey', id: creator.id, display: creator.name },
        owner: null,
        lastUsedDate: null,
        rotation: null,
      });
      expect(isWellFormedKey(body.apiKey)).toBe(true);
      expect(headers.get('etag')).toBe('"1"');
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('201: what is not asked for is empty, and the key never ends', async () => {
      const { body } = await create().expect(201);
      expect(body).toMatchObject({
        description: null,
        expirationDate: null,
        allowedIps: [],
        rateLimit: null,
        metadata: {},
        createdBy: { type: 'operator', id: expect.any(String), display: 'environment' },
      });
    });

    it('shows the secret once: masked in every later answer, and nowhere on the trail', async () => {
      const { body: created } = await create().expect(201);
      const secret = String(created.apiKey);
      const masked = maskKey(secret);

      const answers = [
        await workspace.operator.get(`/apikey/${created.id}`).expect(200),
        await workspace.operator.patch(`/apikey/${created.id}`, { description: 'x' }).expect(200),
        await workspace.operator
          .put(`/apikey/${created.id}`, { keyName: created.keyName, permissions: ['apikeys:view'] })
          .expect(200),
      ];
      for (const { body } of answers) expect(body.apiKey).toBe(masked);
      const { body: keys } = await workspace.operator.get('/apikey?limit=200').expect(200);
      expect(keys.find(({ id }: { id: string }) => id === created.id).apiKey).toBe(masked);
      const { text } = await workspace.operator.get('/audit?limit=500').expect(200);
      expect(text).not.toContain(secret);
      await service.operator.as(secret).get('/apikey').expect(200);
    });

    it('leaves one record: who created which key with what', async () => {
      const { body: me } = await workspace.operator.get('/me').expect(200);
      const { id } = me.principal;
      const { body } = await create({ description: 'x', rateLimit: { limit: 1, windowSeconds: 2 } }).expect(201);
      const trail = await workspace.operator.get(`/audit?targetId=${body.id}`).expect(200);
      expect(trail.body.data).toHaveLength(1);
      expect(trail.body.data[0]).toMatchObject({
        action: 'apikey.created',
        outcome: 'success',
        statusCode: 201,
        actor: { type: 'operator', id, display: 'environment', credentialId: id },
        targets: [{ type: 'apikey', id: body.id, display: body.keyName }],
        request: { method: 'POST', route: '/api/v1/apikey' },
      });
      const changes = trail.body.data[0].changes as { field: string; before: unknown; after: unknown }[];
      const after = Object.fromEntries(changes.map((change) => [change.field, change.after]));
      expect(after).toEqual({
        keyName: body.keyName,
        permissions: ['apikeys:view'],
        roles: [],
        description: 'x',
        rateLimit: { limit: 1, windowSeconds: 2 },
        allowedIps: [],
        metadata: {},
        enabled: true,
      });
      expect(changes.every(({ before }) => before === null)).toBe(true);
    });

    it('201: an expiry counted from now', async () => {
      const { body } = await create({ expiresInSeconds: 3600 }).expect(201);
      expect(Date.parse(body.expirationDate) - Date.parse(body.createdDate)).toBe(3_600_000);
    });

    it('400: two expiries, or one that is past', async () => {
      const both = await create({ expiresInSeconds: 1, expirationDate: '2040-01-01T00:00:00Z' }).expect(400);
      expect(both.body.details).toEqual([{ field: 'expiresInSeconds', message: both.body.message }]);
      const nothing = await create({ expiresInSeconds: 1, expirationDate: null }).expect(400);
      expect(nothing.body.details[0].field).toBe('expiresInSeconds');
      for (const expirationDate of ['2020-01-01T00:00:00Z', new Date().toISOString()]) {
        const { body } = await create({ expirationDate }).expect(400, 'request.invalid');
        expect(body.details[0].field).toBe('expirationDate');
      }
    });

    it('400: an expiry beyond the year 9999, also by way of its time zone', async () => {
      await create({ expirationDate: '9999-12-31T23:59:59Z' }).expect(201);
      await create({ expirationDate: '9999-12-31T23:59:59-01:00' }).expect(400, 'request.invalid');
      await create({ expirationDate: '+010000-01-01T00:00:00Z' }).expect(400, 'request.invalid');
    });

    it('201: an expiry with any number of digits of its second, of which milliseconds are kept', async () => {
      const dates = [
        ['2030-01-31T12:00:00.1234567890Z', '2030-01-31T12:00:00.123Z'],
        [`2030-01-31T12:00:00.9${'9'.repeat(78)}z`, '2030-01-31T12:00:00.999Z'],
        ['2030-01-31t12:00:00.1+00:30', '2030-01-31T11:30:00.100Z'],
      ];
      for (const [given, expirationDate] of dates) {
        const { body } = await create({ expirationDate: given }).expect(201);
        expect(body.expirationDate).toBe(expirationDate);
        await workspace.operator.get(`/audit?from=${encodeURIComponent(given ?? '')}`).expect(200);
      }
    });

    it('400: a date of more than 100 characters, which is not looked at', async () => {
      const long = `2030-01-31T12:00:00.${'0'.repeat(80)}Z`;
      const { body } = await create({ expirationDate: long }).expect(400, 'request.invalid');
      expect(body.message).toBe('expirationDate must have at most 100 characters.');
      const { body: filter } = await workspace.operator.get(`/audit?from=${long}`).expect(400, 'request.invalid');
      expect(filter.message).toBe('from must have at most 100 characters.');
    });

    it.each(['0001-01-01T00:00:00Z', '2030-12-31T23:59:60Z'])('400: %s is a date, but none of these', async (date) => {
      const { body } = await create({ expirationDate: date }).expect(400, 'request.invalid');
      expect(body.message).toBe('expirationDate must lie in the years 1970 to 9999, and be no leap second.');
    });

    it('400: a name longer than 100 code points, however they combine', async () => {
      await create({ keyName: '🗝'.repeat(99) + (kind === 'sqlite' ? 'a' : 'b') }).expect(201);
      for (const keyName of ['a'.repeat(101), '🗝'.repeat(101), '❤️'.repeat(51), ' ', '\t\n']) {
        const { body } = await create({ keyName }).expect(400, 'request.invalid');
        expect(body.details[0].field).toBe('keyName');
      }
    });

    it.each(INVISIBLE_NAMES)('400: the name %j has what is not seen, and no change gives it', async (keyName) => {
      const key = (await create().expect(201)).body;
      const whole = { keyName, permissions: ['apikeys:view'] };
      for (const refusal of [
        create({ keyName }),
        workspace.operator.put(`/apikey/${key.id}`, whole),
        workspace.operator.patch(`/apikey/${key.id}`, { keyName }),
      ]) {
        const { body } = await refusal.expect(400, 'request.invalid');
        expect(body.details).toEqual([
          {
            field: 'keyName',
            message:
              'keyName must have no invisible characters, no space at its ends, and no white space inside but single spaces; remove them.',
          },
        ]);
      }
    });

    it.each(VISIBLE_NAMES)('201: %s', async (keyName) => {
      expect((await create({ keyName }).expect(201)).body.keyName).toBe(keyName);
    });

    it('409: the name is taken in this workspace; in another it is free', async () => {
      const keyName = uniqueName('Taken');
      await create({ keyName }).expect(201);
      const { body } = await create({ keyName }).expect(409, 'apikey.conflict');
      expect(body.details).toEqual([{ field: 'keyName', message: 'keyName is taken.' }]);
      const other = await createWorkspace(service);
      await other.operator.post('/apikey', { keyName, permissions: ['apikeys:view'] }).expect(201);
    });

    it('409: of 20 parallel creations under one name one wins', async () => {
      const keyName = uniqueName('Wanted');
      const answers = await Promise.all(Array.from({ length: 20 }, () => create({ keyName })));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
      const { body } = await workspace.operator.get(`/apikey?search=${encodeURIComponent(keyName)}`).expect(200);
      expect(body).toHaveLength(1);
    });

    it('the name of a deleted key is free again', async () => {
      const keyName = uniqueName('Again');
      const { body } = await create({ keyName }).expect(201);
      await workspace.operator.delete(`/apikey/${body.id}`).expect(200);
      await create({ keyName }).expect(201);
    });

    it('401: without a key', async () => {
      await service.anonymous.post('/apikey', { keyName: 'x', permissions: ['*'] }).expect(401, 'auth.unauthenticated');
    });

    it('403: names the missing permission', async () => {
      const viewer = await workspace.keyWith('apikeys:view');
      const { body } = await viewer.client
        .post('/apikey', { keyName: 'x', permissions: ['apikeys:view'] })
        .expect(403, 'auth.permission_denied');
      expect(body.message).toContain('apikeys:create');
    });

    it('404: the operator names a workspace that does not exist; a key one that is not its own', async () => {
      const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'] };
      await service.operator
        .in('0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11')
        .post('/apikey', body)
        .expect(404, 'workspace.not_found');
      const creator = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const other = await createWorkspace(service);
      await creator.client.in(other.id).post('/apikey', body).expect(404, 'workspace.not_found');
      await creator.client.in(workspace.id.toUpperCase()).post('/apikey', body).expect(201);
    });

    it('412: the operator names no workspace, or all of them', async () => {
      const body = { keyName: 'x', permissions: ['apikeys:view'] };
      await service.operator.post('/apikey', body).expect(412, 'workspace.required');
      await service.operator.in('*').post('/apikey', body).expect(412, 'workspace.required');
    });

    it('refuses in the order 401, 403, 412, 400, 409', async () => {
      const viewer = await workspace.keyWith('apikeys:view');
      const wrong = { permissions: 'none' };
      await service.anonymous.post('/apikey', wrong).expect(401);
      await viewer.client.post('/apikey', wrong).expect(403);
      await service.operator.post('/apikey', wrong).expect(412);
      await workspace.operator.post('/apikey', wrong).expect(400);
      await create({ keyName: viewer.name, permissions: ['none'] }).expect(400, 'permission.unknown');
    });
  });
});
