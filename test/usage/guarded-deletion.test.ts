import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  createWorkspace,
  startInstance,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const UNKNOWN = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

describe('DELETE /api/v1/apikey/:id with the ETag of a usage report', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let key: KeyFixture;

    beforeAll(async () => {
      service = await startService(kind, { TRUST_PROXY: '127.0.0.1' });
      workspace = await createWorkspace(service);
    });

    beforeEach(async () => {
      key = await workspace.keyWith('apikeys:view');
    });

    afterAll(() => service.stop());

    const reviewedBy = async ({ operator }: RunningService): Promise<string> =>
      (await operator.in(workspace.id).get(`/apikey/${key.id}/usage`).expect(200)).headers.get('etag') ?? '';
    const reviewed = (): Promise<string> => reviewedBy(service);
    const deleteIf = (etag: string) => workspace.operator.with({ 'if-match': etag }).delete(`/apikey/${key.id}`);

    it('200: of a key that nobody used since, though somebody did before', async () => {
      await key.client.get('/apikey').expect(200);

      await deleteIf(await reviewed()).expect(200);
      await key.client.get('/apikey').expect(401);
    });

    it('200: of a key that nobody ever used', async () => {
      await deleteIf(await reviewed()).expect(200);
    });

    it('412: names who used it since, and deletes nothing', async () => {
      const etag = await reviewed();
      const billing = key.client.with({ 'x-application': 'billing', 'x-forwarded-for': '203.0.113.7' });
      await billing.get('/apikey').expect(200);
      await billing.delete(`/apikey/${key.id}`).expect(403);

      const { body } = await deleteIf(etag).expect(412, 'apikey.used_since_review');

      expect(body.message).toMatch(
        /was used 2 times since its usage was read, last by billing from 203\.0\.113\.7 at 20/,
      );
      await key.client.get('/apikey').expect(200);
      await deleteIf(etag).expect(412, 'apikey.used_since_review');
      await deleteIf(await reviewed()).expect(200);
    });

    // On SQLite there is one.
    if (kind === 'postgres')
      it('412: a use that only another instance has counted, not yet written', async () => {
        const other = await startInstance(service);
        try {
          const client = other.anonymous.as(key.secret);
          await client.get('/apikey').expect(200);
          const report = await other.operator.in(workspace.id).get(`/apikey/${key.id}/usage`).expect(200);
          await client.get('/apikey').expect(200);

          await deleteIf(report.headers.get('etag') ?? '').expect(412, 'apikey.used_since_review');
          await client.get('/apikey').expect(200);
          await deleteIf(await reviewedBy(other)).expect(200);
          await client.get('/apikey').expect(401);
        } finally {
          await other.stop();
        }
      });

    it('200: one of several ETags is enough, of the key or of its usage', async () => {
      const etag = await reviewed();
      await key.client.get('/apikey').expect(200);

      await deleteIf(`${etag}, "7"`).expect(412, 'apikey.used_since_review');
      await deleteIf(`${etag}, "1"`).expect(200);
    });

    it('412: an ETag of the key that is not its version', async () => {
      await deleteIf('"7"').expect(412, 'apikey.version_mismatch');
    });

    it('404: an unknown key, and one that is gone already', async () => {
      const etag = await reviewed();
      await workspace.operator.with({ 'if-match': etag }).delete(`/apikey/${UNKNOWN}`).expect(404, 'apikey.not_found');
      await deleteIf(etag).expect(200);
      await deleteIf(etag).expect(404, 'apikey.not_found');
    });

    it('404: a key of another workspace', async () => {
      const etag = await reviewed();
      const other = await createWorkspace(service);
      await other.operator.with({ 'if-match': etag }).delete(`/apikey/${key.id}`).expect(404, 'apikey.not_found');
    });

    it('deletes the key for one of many who ask at once, and never after a use', async () => {
      const etag = await reviewed();
      const answers = await Promise.all(Array.from({ length: 8 }, () => deleteIf(etag)));
      expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array.from({ length: 7 }, () => 404)]);
    });
  });
});
