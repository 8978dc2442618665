import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../src/common/ids.js';
import { foldCase } from '../../src/common/fold-case.js';
import { keysOf, countOf, idsOn } from '../../src/api-keys/find-keys.js';
import type { ApiKeySort, ListApiKeysDto } from '../../src/api-keys/dto/list-api-keys.dto.js';
import { Database } from '../../src/database/database.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const MANY = 100_000;

/** What is asked for, how many are skipped, and the index that answers it. */
type Case = [query: Partial<ListApiKeysDto>, skip: number, of: 'ids' | 'count', index: string];

describe('foldCase', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });

  it('has case and composition make no difference', () => {
    fc.assert(
      fc.property(text, (each) => {
        for (const alike of [each.toUpperCase(), each.normalize('NFD'), foldCase(each)])
          expect(foldCase(alike)).toBe(foldCase(each));
      }),
    );
    for (const [one, other] of [
      ['École', 'e\u0301cole'],
      ['ὈΔΥΣΣΕΎΣ', 'ὀδυσσεύς'],
      ['Straße', 'STRASSE'],
    ] as const)
      expect(foldCase(one)).toBe(foldCase(other));
  });
});

describe('GET /api/v1/apikey?search', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    it('200: the keys whose names have the text in them, in any case and composition, and no others', async () => {
      const letters = fc.constantFrom(
        'a',
        'A',
        'é',
        'e\u0301',
        'É',
        'ß',
        'ss',
        'σ',
        'ς',
        'Σ',
        'İ',
        '%',
        '_',
        '\\',
        '日',
        '🔑',
      );
      const words = fc.array(letters, { minLength: 1, maxLength: 6 }).map((all) => all.join(''));
      const names = [...new Set(fc.sample(words, { numRuns: 60, seed: 7 }))];
      for (const keyName of names) {
        await workspace.operator.post('/apikey', { keyName, permissions: ['apikeys:view'] }).expect(201);
      }
      await fc.assert(
        fc.asyncProperty(fc.oneof(letters, words), async (search) => {
          const path = `/apikey?limit=200&search=${encodeURIComponent(search)}`;
          const { body, headers } = await workspace.operator.get(path).expect(200);
          const found = (body as { keyName: string }[]).map(({ keyName }) => keyName);
          const right = names.filter((name) => foldCase(name).includes(foldCase(search)));
          expect(found.toSorted()).toEqual(right.toSorted());
          expect(headers.get('x-total-count')).toBe(String(right.length));
        }),
        { numRuns: 60 },
      );
    });

    it('finds a key by its new name once it is renamed, and no longer by its former one', async () => {
      const { body } = await workspace.operator
        .post('/apikey', { keyName: 'Former', permissions: ['apikeys:view'] })
        .expect(201);
      await workspace.operator.patch(`/apikey/${body.id}`, { keyName: 'Later' }).expect(200);

      const idsFor = async (search: string) =>
        (await workspace.operator.get(`/apikey?search=${search}`).expect(200)).body.map(({ id }: { id: string }) => id);
      expect(await idsFor('later')).toEqual([body.id]);
      expect(await idsFor('former')).toEqual([]);
    });

    describe('of 100,000 keys', () => {
      let large: WorkspaceFixture;

      beforeAll(async () => {
        large = await createWorkspace(service);
        // All of a table is read best from the table: so half of it is another's.
        const other = await createWorkspace(service);
        await withSql(service.store, async (query) => {
          for (const { id } of [other, large]) {
            await query(seedOf(kind, id));
            await query(
              `INSERT INTO latchkey_workspace_quotas (workspace_id, name, slot, used) VALUES ('${id}', 'keys', 0, ${MANY})`,
            );
          }
          await query(kind === 'sqlite' ? 'ANALYZE' : 'VACUUM ANALYZE latchkey_api_keys');
        });
      });

      const planOf = (query: Partial<ListApiKeysDto>, skip: number, of: 'ids' | 'count'): Promise<string> =>
        service.app.get(Database, { strict: false }).read(async (manager) => {
          const keys = keysOf(manager, large.id, query, new Date());
          const [sql, parameters] = (
            of === 'ids' ? idsOn(keys, query, skip, 50) : countOf(keys)
          ).getQueryAndParameters();
          const explain = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
          const rows = await manager.query<Record<string, unknown>[]>(`${explain} ${sql}`, parameters);
          return rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n');
        });

      const created = 'ix_latchkey_api_keys_workspace_created';
      const search = 'ix_latchkey_api_keys_workspace_search';

      // PostgreSQL may rather read all of a small table with several processors.
      const onSqlite: Case[] = [
        [{ status: 'expired' }, 0, 'count', created],
        [{ search: '99999' }, 0, 'count', search],
        [{ search: '99999' }, 0, 'ids', search],
      ];

      it.each<Case>([
        [{}, 0, 'ids', created],
        [{}, 90_000, 'ids', created],
        [{}, 0, 'count', created],
        [{ sort: 'createdDate' }, 0, 'ids', created],
        [{ status: 'active' }, 0, 'ids', created],
        ...(kind === 'sqlite' ? onSqlite : []),
      ])('reads nothing but an index for %p from %p: %s by %s', async (query, skip, of, index) => {
        const plan = await planOf(query, skip, of);

        expect(plan).toMatch(kind === 'sqlite' ? `USING COVERING INDEX ${index} ` : 'Index Only Scan');
        if (query.search === undefined) expect(plan).not.toMatch(/TEMP B-TREE|Sort|Seq Scan/);
      });

      it('200: a page, its total, a search and the last page', async () => {
        const get = (query: string) => large.operator.get(`/apikey?${query}`).expect(200);
        const names = async (query: string, sort?: ApiKeySort) =>
          (await get(`${query}&sort=${sort ?? '-createdDate'}`)).body.map(
            ({ keyName }: { keyName: string }) => keyName,
          );

        expect((await get('limit=1')).headers.get('x-total-count')).toBe(String(MANY));
        expect(await names('limit=2')).toEqual(['Worker 100000', 'Worker 99999']);
        expect(await names('limit=2&search=ORKER%209999')).toEqual(['Worker 99999', 'Worker 99998']);
        expect((await get('search=9999')).headers.get('x-total-count')).toBe('19');
        const { body } = await get('page=2000&limit=50');
        expect(body.data.at(-1).keyName).toBe('Worker 1');
        expect((await get('status=active')).headers.get('x-total-count')).toBe(String(MANY));
      });
    });
  });
});

/** Puts keys into the workspace, each a millisecond younger than the one before. */
function seedOf(kind: string, workspaceId: string): string {
  const numbers =
    kind === 'sqlite'
      ? `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})`
      : `WITH numbers (n) AS (SELECT generate_series(1, ${MANY}))`;
  const padded = kind === 'sqlite' ? `PRINTF('%012d', n)` : `LPAD(CAST(n AS text), 12, '0')`;
  const digit = (at: number) => `SUBSTR(${padded}, ${at}, 1)`;
  const date = `'2029-01-01T0' || ${digit(7)} || ':0' || ${digit(8)} || ':0' || ${digit(9)} || '.' || SUBSTR(${padded}, 10) || 'Z'`;
  const prefix = newId().slice(0, 24);
  return `INSERT INTO latchkey_api_keys (id, workspace_id, name, search_name, hash, hint, permissions, allowed_ips,
      metadata, enabled, created_date, updated_date, created_by, version)
    ${numbers} SELECT '${prefix}' || ${padded}, '${workspaceId}', 'Worker ' || n, 'WORKER ' || n, '${prefix.slice(14)} ' || n, 'lk_…',
      '["apikeys:view"]', '[]', '{}', TRUE, ${date}, '2029-01-01T00:00:00.000Z',
      '{"type":"system","id":"system","display":"test"}', 1 FROM numbers`;
}
