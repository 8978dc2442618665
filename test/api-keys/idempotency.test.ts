import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Client } from '../support/client.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const DAY_MS = 24 * 60 * 60 * 1000;

describe('POST /api/v1/apikey with Idempotency-Key', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const create = (client: Client, idempotencyKey: string, keyName = `Key ${idempotencyKey.slice(0, 50)}.`) =>
      client.post('/apikey', { keyName, permissions: ['apikeys:view'] }, { 'idempotency-key': idempotencyKey });

    const serverTime = async () => {
      const { body } = await workspace.operator
        .post('/apikey', { keyName: uniqueName('Clock'), permissions: ['apikeys:view'] })
        .expect(201);
      return Date.parse(body.createdDate);
    };

    const keyCount = async () =>
      Number((await workspace.operator.get('/apikey?limit=1').expect(200)).headers.get('x-total-count'));

    it('409: a repeat names the key that there is, and creates none', async () => {
      const { body: first } = await create(workspace.operator, 'once-1').expect(201);
      const before = await keyCount();
      const { body } = await create(workspace.operator, 'once-1').expect(409, 'apikey.already_created');
      expect(body.message).toContain(first.id);
      expect(JSON.stringify(body)).not.toContain(first.apiKey);
      expect(await keyCount()).toBe(before);
    });

    it('409: of 20 in parallel one creates the key, and the others name it', async () => {
      const before = await keyCount();
      const answers = await Promise.all(Array.from({ length: 20 }, () => create(workspace.operator, 'together')));
      const [created, ...others] = answers.filter(({ status }) => status === 201);
      expect(others).toEqual([]);
      const refused = answers.filter(({ status }) => status === 409);
      expect(refused).toHaveLength(19);
      for (const { body } of refused) {
        expect(body.code).toBe('apikey.already_created');
        expect(body.message).toContain(created!.body.id);
      }
      expect(await keyCount()).toBe(before + 1);
    });

    it('holds for the credential and the workspace that used it', async () => {
      const one = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const two = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const elsewhere = await createWorkspace(service);
      for (const client of [one.client, two.client, workspace.operator, elsewhere.operator]) {
        const keyName = uniqueName('Key');
        await create(client, 'mine', keyName).expect(201);
        await create(client, 'mine', keyName).expect(409, 'apikey.already_created');
      }
    });

    it('201: after a creation that failed, for nothing was created', async () => {
      const keyName = uniqueName('Taken');
      await create(workspace.operator, 'first', keyName).expect(201);
      await create(workspace.operator, 'second', keyName).expect(409, 'apikey.conflict');
      await create(workspace.operator, 'second').expect(201);
    });

    it('409: another request under it is told nothing of the first, and makes nothing', async () => {
      const { body: first } = await create(workspace.operator, 'reused').expect(201);
      const before = await keyCount();
      const other = async () => {
        const { body } = await create(workspace.operator, 'reused', 'Another').expect(409, 'idempotency.reused');
        expect(body.message).toContain('a new Idempotency-Key');
        expect(JSON.stringify(body)).not.toContain(first.id);
        expect(body.message).not.toMatch(/delete/i);
      };
      await other();
      expect(await keyCount()).toBe(before);
      await create(workspace.operator, 'reused').expect(409, 'apikey.already_created');
      await workspace.operator.delete(`/apikey/${first.id}`).expect(200);
      await other();
    });

    it.each<[string, object]>([
      ['one permission more', { permissions: ['apikeys:view', 'apikeys:delete'] }],
      ['a description', { description: 'x' }],
      ['other metadata', { metadata: { a: { b: 2 } } }],
    ])('409: a body with %s is another', async (_, difference) => {
      const headers = { 'idempotency-key': uniqueName('Body').replace(' ', '-') };
      const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], metadata: { a: { b: 1, c: [1] } } };
      await workspace.operator.post('/apikey', body, headers).expect(201);
      const reordered = { metadata: { a: { c: [1], b: 1 } }, permissions: body.permissions, keyName: body.keyName };
      await workspace.operator.post('/apikey', reordered, headers).expect(409, 'apikey.already_created');
      await workspace.operator.post('/apikey', { ...body, ...difference }, headers).expect(409, 'idempotency.reused');
    });

    it('403: who may not grant what is asked for is told that, also under a key that was used', async () => {
      const { client } = await workspace.keyWith('apikeys:create', 'apikeys:view');
      const headers = { 'idempotency-key': 'ask-for-more' };
      const keyName = uniqueName('Key');
      await client.post('/apikey', { keyName, permissions: ['apikeys:view'] }, headers).expect(201);
      await client.post('/apikey', { keyName, permissions: ['*'] }, headers).expect(403, 'auth.escalation');
    });

    it('409: a repeat after the key was deleted says so, and does not ask to delete it', async () => {
      const { body: first } = await create(workspace.operator, 'deleted').expect(201);
      await workspace.operator.delete(`/apikey/${first.id}`).expect(200);
      const before = await keyCount();
      const { body } = await create(workspace.operator, 'deleted').expect(409, 'apikey.already_created');
      expect(body.message).toContain(`${first.id}, which has been deleted since`);
      expect(body.message).not.toContain('delete the key');
      expect(await keyCount()).toBe(before);
    });

    it('409: a repeat after its expiry has passed is a repeat', async () => {
      const expirationDate = new Date((await serverTime()) + 5000).toISOString();
      const body = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], expirationDate };
      const headers = { 'idempotency-key': 'brief' };
      await workspace.operator.post('/apikey', body, headers).expect(201);
      service.advance(10_000);
      await workspace.operator.post('/apikey', body, headers).expect(409, 'apikey.already_created');
    });

    it('201: 24 hours later; not a moment before', async () => {
      await create(workspace.operator, 'daily').expect(201);
      service.advance(DAY_MS - 60_000);
      await create(workspace.operator, 'daily').expect(409, 'apikey.already_created');
      service.advance(60_001);
      await create(workspace.operator, 'daily', 'Next day').expect(201);
      await create(workspace.operator, 'daily', 'Next day').expect(409, 'apikey.already_created');
    });

    it.each(['', ' ', 'a b', 'x'.repeat(256), 'caf\u{e9}'])('400: %p is none', async (idempotencyKey) => {
      const before = await keyCount();
      const { body } = await create(workspace.operator, idempotencyKey, 'None').expect(400, 'request.invalid');
      expect(body.details[0].field).toBe('Idempotency-Key');
      expect(await keyCount()).toBe(before);
    });
  });
});
