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

    const create = (client: Client, idempotencyKey: string, keyName = uniqueName('Key')) =>
      client.post('/apikey', { keyName, permissions: ['apikeys:view'] }, { 'idempotency-key': idempotencyKey });

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
        await create(client, 'mine').expect(201);
        await create(client, 'mine').expect(409, 'apikey.already_created');
      }
    });

    it('201: after a creation that failed, for nothing was created', async () => {
      const keyName = uniqueName('Taken');
      await create(workspace.operator, 'first', keyName).expect(201);
      await create(workspace.operator, 'second', keyName).expect(409, 'apikey.conflict');
      await create(workspace.operator, 'second').expect(201);
    });

    it('201: 24 hours later; not a moment before', async () => {
      await create(workspace.operator, 'daily').expect(201);
      service.advance(DAY_MS - 60_000);
      await create(workspace.operator, 'daily').expect(409, 'apikey.already_created');
      service.advance(60_001);
      await create(workspace.operator, 'daily').expect(201);
      await create(workspace.operator, 'daily').expect(409, 'apikey.already_created');
    });

    it.each(['', ' ', 'a b', 'x'.repeat(256), 'caf\u{e9}'])('400: %p is none', async (idempotencyKey) => {
      const before = await keyCount();
      const { body } = await create(workspace.operator, idempotencyKey).expect(400, 'request.invalid');
      expect(body.details[0].field).toBe('Idempotency-Key');
      expect(await keyCount()).toBe(before);
    });
  });
});
