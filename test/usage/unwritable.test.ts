import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { KeyUses } from '../../src/usage/counting/key-uses.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

describe('uses that cannot be written', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    it('are kept, make no request fail, and are counted once when they can be', async () => {
      const uses = service.app.get(KeyUses, { strict: false });
      const key = await workspace.keyWith('apikeys:view');
      await key.client.get('/apikey').expect(200);
      expect(await uses.flush()).toBe(true);
      const rename = (from: string, to: string) =>
        withSql(service.store, (query) => query(`ALTER TABLE ${from} RENAME TO ${to}`));

      await rename('latchkey_usage_counts', 'away');
      for (let times = 0; times < 3; times += 1) {
        await key.client.get('/apikey').expect(200);
        expect(await uses.flush()).toBe(false);
      }
      const guarded = workspace.operator.with({ 'if-match': '"u1"' }).delete(`/apikey/${key.id}`);
      await guarded.expect(503, 'store.unavailable');
      await rename('away', 'latchkey_usage_counts');

      await key.client.get('/apikey').expect(200);
      expect(await uses.flush()).toBe(true);
      const { body } = await workspace.operator.get(`/apikey/${key.id}/usage`).expect(200);
      expect(body).toMatchObject({ totals: { valid: 5 }, complete: true, permissions: [{ uses: 5 }] });
    });
  });
});
