import { afterEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { startChildService, type ChildService } from '../support/child-service.js';
import { withSql } from '../support/sql.js';
import { createStore, forEachStore } from '../support/stores.js';

const MANY = 4000;
const ROWS_A_STATEMENT = 500;

describe('A process that is killed while it removes what was in a deleted workspace', () => {
  forEachStore((kind) => {
    let ends: (() => Promise<void>)[] = [];

    afterEach(async () => {
      for (const end of ends.reverse()) await end();
      ends = [];
    });

    it('leaves nothing alive; the next goes on, and does each part once', async () => {
      const store = await createStore(kind);
      ends.push(store.drop);
      const start = async (variables?: Record<string, string>): Promise<ChildService> => {
        const service = await startChildService(kind, variables, store);
        ends.push(service.dispose);
        return service;
      };
      const service = await start();
      const { id } = (await service.operator.post('/workspace', { name: 'Doomed' }).expect(201)).body;
      const settings = { keyName: 'Alive', permissions: ['apikeys:view'] };
      const { apiKey } = (await service.operator.in(id).post('/apikey', settings).expect(201)).body;
      await withSql(store, async (query) => {
        for (const statement of insertions(id)) await query(statement);
      });
      const countOf = (from: string) =>
        withSql(store, async (query) => Number((await query(`SELECT COUNT(*) AS count FROM ${from}`))[0]?.['count']));
      const keys = () => countOf(`latchkey_api_keys WHERE workspace_id = '${id}'`);

      await service.operator.delete(`/workspace/${id}`).expect(200);
      await eventually('some are removed', async () => (await keys()) <= MANY || undefined);
      service.child.signal('SIGKILL');
      await service.child.ended;
      const left = await keys();
      expect(left).toBeGreaterThan(0);

      const next = await start({ LATCHKEY_OPERATOR_KEY: service.operatorKey });
      await next.anonymous.as(apiKey).get('/apikey').expect(401, 'auth.unauthenticated');
      await next.operator.in(id).get('/apikey').expect(404, 'workspace.not_found');
      await eventually(
        'the rest is removed',
        async () => (await countOf('latchkey_workspace_deletions')) === 0 || undefined,
      );

      expect(await keys()).toBe(0);
      const all = `latchkey_audit_events WHERE workspace_id = '${id}' AND outcome = 'success' AND action =`;
      expect(await countOf(`${all} 'apikey.deleted'`)).toBe(MANY + 1);
      expect(await countOf(`${all} 'workspace.deleted'`)).toBe(1);
      expect(await countOf(`latchkey_deleted_keys WHERE workspace_id = '${id}'`)).toBe(MANY + 1);
    });
  });
});

function insertions(workspaceId: string): string[] {
  return Array.from({ length: MANY / ROWS_A_STATEMENT }, (_, part) => {
    const rows = Array.from({ length: ROWS_A_STATEMENT }, (_, at) => {
      const number = part * ROWS_A_STATEMENT + at;
      return `('00000000-0000-7000-8000-${String(number).padStart(12, '0')}', '${workspaceId}', 'Key ${number}', '', '${number}', 'lk_…', '[]', '[]', '{}', true, '2030-01-01T00:00:00.000Z', '2030-01-01T00:00:00.000Z', '{}', 1)`;
    });
    return `INSERT INTO latchkey_api_keys (id, workspace_id, name, search_name, hash, hint, permissions, allowed_ips, metadata,
      enabled, created_date, updated_date, created_by, version) VALUES ${rows.join(', ')}`;
  });
}
