import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/kernel/ids.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { KeyUses } from '../../src/usage/counting/key-uses.js';
import { UsageSweep } from '../../src/usage/store/usage-sweep.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const DAY_MS = 86_400_000;
const TABLES = ['keys', 'clients', 'counts', 'permissions', 'removals'];

describe('the usage that is kept', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const flush = () => service.app.get(KeyUses, { strict: false }).flush();
    const sweep = () => service.app.get(UsageSweep, { strict: false }).sweep();

    /** How many rows of a key each table has. */
    const rowsOf = (keyId: string): Promise<Record<string, number>> =>
      withSql(service.store, async (run) => {
        const counts: Record<string, number> = {};
        for (const table of TABLES) {
          const [row] = await run(`SELECT COUNT(*) AS count FROM latchkey_usage_${table} WHERE key_id = '${keyId}'`);
          counts[table] = Number(row?.['count']);
        }
        return counts;
      });

    const unitsOf = (keyId: string): Promise<number[]> =>
      withSql(service.store, async (run) =>
        (await run(`SELECT unit FROM latchkey_usage_counts WHERE key_id = '${keyId}' ORDER BY unit`)).map((row) =>
          Number(row['unit']),
        ),
      );

    it('is told in hours after 7 days, and goes after 90; of what is used still, all is kept', async () => {
      const [once, often] = [await workspace.keyWith('apikeys:view'), await workspace.keyWith('apikeys:view')];
      for (const { client } of [once, often]) await client.get('/apikey').expect(200);
      await flush();
      await sweep();
      expect(await unitsOf(once.id)).toEqual([1, 60, 1440]);
      service.advance(8 * DAY_MS);
      await sweep();
      expect(await unitsOf(once.id)).toEqual([60, 1440]);
      const { body } = await workspace.operator.get(`/apikey/${once.id}/usage`).expect(200);
      expect(body.totals.valid).toBe(1);

      service.advance(84 * DAY_MS);
      await often.client.get('/apikey').expect(200);
      await flush();
      await sweep();
      expect(await rowsOf(once.id)).toMatchObject({ clients: 0, counts: 0, permissions: 0 });
      expect(await rowsOf(often.id)).toMatchObject({ clients: 1, counts: 3, permissions: 2 });
    });

    it('of a deleted key goes after it, and so does that of a deleted workspace', async () => {
      const doomed = await createWorkspace(service);
      const [key, other] = [await workspace.keyWith('apikeys:view'), await doomed.keyWith('apikeys:view')];
      for (const { client } of [key, other]) await client.get('/apikey').expect(200);
      await flush();
      await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      await service.operator.delete(`/workspace/${doomed.id}`).expect(200);
      await service.app.get(WorkspacesService, { strict: false }).removed();
      await sweep();
      // Other instances may have counted uses that they have not written yet.
      expect(await rowsOf(key.id)).toMatchObject({ keys: 1, removals: 1 });
      service.advance(120_000);
      await sweep();
      for (const { id } of [key, other]) {
        expect(await rowsOf(id)).toEqual({ keys: 0, clients: 0, counts: 0, permissions: 0, removals: 0 });
      }
    });

    it('of instances that were killed is forgotten with what they counted', async () => {
      const [old, recent] = [newId(), newId()];
      await withSql(service.store, async (run) => {
        for (const [id, date] of [
          [old, '2020-01-01T00:00:00.000Z'],
          [recent, '2999-01-01T00:00:00.000Z'],
        ]) {
          await run(`INSERT INTO latchkey_usage_instances (id, since_date, flushed_date, ended_date, batch)
            VALUES ('${id}', '${date}', '${date}', '${date}', 1)`);
        }
      });
      await sweep();
      const left = await withSql(service.store, (run) => run('SELECT id FROM latchkey_usage_instances'));
      expect(left.map(({ id }) => id)).toEqual(expect.arrayContaining([recent]));
      expect(left.map(({ id }) => id)).not.toContain(old);
    });
  });
});
