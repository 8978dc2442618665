import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyVerifier } from '../../src/verification/key-verifier.js';
import { holdNextAnswer } from '../support/held-look-ups.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

describe('A look-up whose answer comes late', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    it.each([
      ['is deleted', (id: string) => workspace.operator.delete(`/apikey/${id}`)],
      ['is disabled', (id: string) => workspace.operator.patch(`/apikey/${id}`, { enabled: false })],
    ])('serves nobody who asks after the key %s', async (_, end) => {
      const { id, secret } = await workspace.keyWith('apikeys:view');
      const verifier = service.app.get(KeyVerifier, { strict: false });
      const { read, release } = holdNextAnswer(service);
      const before = Promise.resolve(verifier.verify(secret));
      await read;

      await end(id).expect(200);
      const after = verifier.verify(secret);
      release();

      expect(await after).toMatchObject({ valid: false });
      // This began before, and may have either answer. What it read is not remembered.
      await before;
      expect(await verifier.verify(secret)).toMatchObject({ valid: false });
    });

    it('401: the key has expired meanwhile', async () => {
      const settings = { keyName: uniqueName('Key'), permissions: ['apikeys:view'], expiresInSeconds: 60 };
      const { apiKey } = (await workspace.operator.post('/apikey', settings).expect(201)).body;
      const { read, release } = holdNextAnswer(service);
      const answered = service.anonymous
        .as(String(apiKey))
        .get('/me')
        .then(({ status }) => status);
      await read;

      service.advance(61_000);
      release();

      expect(await answered).toBe(401);
    });
  });
});
