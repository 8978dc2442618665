import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findRecords, type RecordFilter } from '../../src/audit/find-records.js';
import { RecordedTargets } from '../../src/audit/recorded-targets.js';
import { Database } from '../../src/database/database.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const RECORDS = 100_000;
const MOST_TESTED = 10_000;
const OF_TARGET = RECORDS / 4;
const MEETING = 500;
const FROM = '2025-01-01T10:00:00.000Z';
const TO = '2025-01-01T11:00:00.000Z';

const PAYLOAD = JSON.stringify({
  id: '01900000-0000-7000-8000-000000000000',
  workspaceId: null,
  action: '?',
  occurredDate: '?',
  recordedDate: '?',
  outcome: 'success',
  actor: { type: 'system', id: 'system', credentialId: null },
  targets: [],
  request: null,
  statusCode: null,
  errorCode: 'x'.repeat(400),
});
const SORTED_RANGE = /Sort[^\n]*\n(\s+Sort Key[^\n]*\n)?\s+->\s+Index[^\n]*ix_|SEARCH[^\n]*ix_[^\n]*\nUSE TEMP B-TREE/;

/**
 * One record a second, every other one another workspace's. `old.action`, and all that failed, are among the oldest; so is all
 * that `actor-0` did to `target-0`. A fifth has a second target, `further-0` mostly.
 */
function seedOf(kind: string, workspaceId: string, otherId: string): string[] {
  const isPostgres = kind === 'postgres';
  const hex = isPostgres ? "lpad(to_hex(i), 12, '0')" : "printf('%012x', i)";
  const date = isPostgres
    ? `to_char(timestamp '2025-01-01' + i * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`
    : `strftime('%Y-%m-%dT%H:%M:%f', 1735689600 + i, 'unixepoch') || 'Z'`;
  const payload = PAYLOAD.split('?')
    .map((part) => `'${part}'`)
    .join(` || ${date} || `);
  const columns = 'id, workspace_id, action, outcome, actor_id, target_id, occurred_date, payload, payload_hash';
  const id = `'01900000-0000-7000-8000-' || ${hex}`;
  const workspace = `CASE WHEN i % 2 = 0 THEN '${workspaceId}' ELSE '${otherId}' END`;
  const outcome = `CASE WHEN i < 100 THEN 'failure' WHEN i % 20 < 2 THEN 'denied' ELSE 'success' END`;
  const select = `SELECT ${id}, ${workspace},
      CASE WHEN i < 300 THEN 'old.action' WHEN i % 4 = 1 THEN 'other.action' ELSE 'some.action' END,
      ${outcome},
      CASE WHEN i % 8 < 4 OR i < 1000 THEN 'actor-0' ELSE 'actor-' || (i % 101 + 1) END,
      CASE WHEN i % 8 > 3 OR i < 1000 THEN 'target-0' ELSE 'target-' || (i % 5003 + 1) END,
      ${date}, ${payload}, 'x'`;
  const numbers = `WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${RECORDS - 1})`;
  return [
    `INSERT INTO latchkey_audit_events (${columns}) ${numbers} ${select} FROM numbers`,
    `INSERT INTO latchkey_audit_pii (event_id, salt, content) SELECT id, 'x', '{"targetDisplays":[],"changes":[]}' FROM latchkey_audit_events
     WHERE id LIKE '01900000-%'`,
    `INSERT INTO latchkey_audit_further_targets (event_id, target_id, workspace_id, outcome, occurred_date) ${numbers}
     SELECT ${id}, CASE WHEN i % 1000 < 900 THEN 'further-0' ELSE 'further-' || (i % 101 + 1) END,
       ${workspace}, ${outcome}, ${date} FROM numbers WHERE i % 5 = 0`,
    // On SQLite, nothing gathers statistics.
    ...(isPostgres ? ['VACUUM ANALYZE'] : []),
  ];
}

describe('A search of 100,000 records', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      const other = await createWorkspace(service);
      await withSql(service.store, async (query) => {
        for (const statement of seedOf(kind, workspace.id, other.id)) await query(statement);
      });
    }, 60_000);

    afterAll(() => service.stop());

    const database = (): Database => service.app.get(Database, { strict: false });

    /** The plans of all statements that answer. */
    const plansOf = async (filter: RecordFilter, order: 'ASC' | 'DESC'): Promise<string[]> => {
      const plans: string[] = [];
      const search = async <Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> => {
        const explain = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
        const rows = await database().search<Record<string, unknown>>(`${explain} ${sql}`, parameters);
        plans.push(rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n'));
        return database().search<Row>(sql, parameters);
      };
      await findRecords({ search }, filter, { order, limit: 51 });
      return plans;
    };

    const FILTERS: [string[], Omit<RecordFilter, 'workspaceId'>][] = [
      [[''], {}],
      [[''], { outcome: 'success' }],
      [[''], { outcome: 'failure' }],
      [[''], { from: FROM, to: TO }],
      [[''], { from: FROM, to: TO, outcome: 'denied' }],
      [['target'], { targetId: 'target-0' }],
      [['target'], { targetId: 'target-17' }],
      [['target'], { targetId: 'target-0', outcome: 'failure' }],
      [['target'], { targetId: 'further-0' }],
      [['target'], { targetId: 'further-0', outcome: 'denied' }],
      [['target'], { targetId: 'further-0', from: FROM, to: TO }],
      [['target'], { targetId: 'further-17' }],
      [['actor'], { actorId: 'actor-0' }],
      [['actor'], { actorId: 'actor-0', from: FROM, to: TO }],
      [['action'], { action: 'old.action' }],
      [['action'], { action: 'some.action' }],
      [['action'], { action: 'other.action' }],
      [['action'], { action: 'some.action', from: FROM, to: TO }],
      [['action'], { action: 'some.action', outcome: 'failure' }],
      [['action', 'target'], { action: 'some.action', targetId: 'target-0' }],
      [['action', 'target'], { action: 'old.action', targetId: 'further-0' }],
      [['action', 'target'], { action: 'some.action', targetId: 'further-17' }],
      [['action', 'actor'], { action: 'old.action', actorId: 'actor-0' }],
      [['action', 'actor', 'target'], { action: 'some.action', actorId: 'actor-0', targetId: 'target-17' }],
    ];

    describe.each(['a workspace', 'all workspaces'])('of %s', (scope) => {
      it.each(FILTERS)(
        'reads the index of its filter, in order, and no more than a page: %p %p',
        async (names, filter) => {
          const isAll = scope === 'all workspaces';
          const indexes = names.flatMap((name) => {
            const parts = isAll ? [name || 'outcome'] : ['workspace', name];
            const tables = name === 'target' ? ['events', 'further_targets'] : ['events'];
            return tables.map((table) => `ix_latchkey_audit_${table}_${parts.filter(Boolean).join('_')}`);
          });
          for (const order of ['ASC', 'DESC'] as const) {
            const plans = await plansOf({ workspaceId: isAll ? null : workspace.id, ...filter }, order);
            const read = plans.join('\n');
            expect(read).not.toMatch(/Seq Scan|SCAN latchkey|SCAN event|SCAN further|Bitmap/);
            const used = [...read.matchAll(/(?:INDEX|using) (ix_latchkey_audit_\w+)/g)].map(([, name]) => name);
            expect([...new Set(used)].sort()).toEqual(indexes.sort());
            // What is sorted is what the ranges of the outcomes give: each in order, and cut where the page ends.
            expect(read).not.toMatch(SORTED_RANGE);
          }
        },
      );
    });

    it.each(['a workspace', 'all workspaces'])(
      'finds what %s has or had by one step in an index for each',
      async (scope) => {
        const workspaceId = scope === 'all workspaces' ? null : workspace.id;
        const wanted = ['target-0', 'target-17', 'invented'].map((id) => ({ workspaceId, type: 'apikey', id }));
        let read = '';
        const query = async (sql: string, parameters: unknown[]): Promise<never[]> => {
          const explain = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
          const rows = await database().query<Record<string, unknown>>(`${explain} ${sql}`, parameters);
          read = rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n');
          return [];
        };
        await new RecordedTargets({ query } as unknown as Database).find(wanted);
        const index = `ix_latchkey_audit_events_${workspaceId === null ? 'target' : 'workspace_target'}`;
        expect(read).toMatch(new RegExp(`(INDEX|using) ${index}\\b`));
        expect(read).not.toMatch(/Seq Scan|SCAN event|Bitmap|Sort|TEMP B-TREE/);
      },
    );

    describe('by two filters that both match much, and seldom the same', () => {
      const QUERY = 'actorId=actor-0&targetId=target-0';

      it('200: pages with what a bounded number of records gives, up to the last', async () => {
        const found: string[] = [];
        let pages = 0;
        let cursor = '';
        do {
          const { body } = await workspace.operator.get(`/audit?${QUERY}&limit=500${cursor}`).expect(200);
          found.push(...body.data.map(({ occurredDate }: { occurredDate: string }) => occurredDate));
          pages += 1;
          cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
          if (pages === 1) expect(body.data).toEqual([]);
        } while (cursor !== '');
        expect(found).toHaveLength(MEETING);
        expect(found).toEqual([...new Set(found)].sort().reverse());
        expect(pages).toBe(Math.ceil(OF_TARGET / MOST_TESTED));
      });

      it('200: exports them all', async () => {
        const { text } = await workspace.operator.get(`/audit/export?${QUERY}`).expect(200);
        expect(text.trim().split('\n')).toHaveLength(MEETING);
      });
    });
  });
});
