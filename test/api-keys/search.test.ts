import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newId } from '../../src/kernel/ids.js';
import { foldCase } from '../../src/kernel/text/fold-case.js';
import { API_KEY_STATUSES, statusOf } from '../../src/api-keys/api-key-status.js';
import { findKeys } from '../../src/api-keys/search/find-keys.js';
import { fromSearchName, toSearchName, wordsOf } from '../../src/api-keys/search/search-words.js';
import { API_KEY_SORTS, type ApiKeySort, type ListApiKeysDto } from '../../src/api-keys/dto/list-api-keys.dto.js';
import { GrantsService } from '../../src/grants/grants.service.js';
import { Database } from '../../src/database/database.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const MANY = 100_000;

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
      ['straße', 'STRAẞE'],
    ] as const)
      expect(foldCase(one)).toBe(foldCase(other));
  });
});

describe('wordsOf', () => {
  const name = fc.string({ unit: 'binary', maxLength: 100 });

  it('has words of letters and digits, in any case and composition, each once', () => {
    const alike = (one: string, other: string) => expect(wordsOf(one)).toEqual(wordsOf(other));
    alike('deploy-key_2', 'Deploy  KEY 2');
    alike('a b a', 'a b');
    alike('istanbul İ', 'ISTANBUL i\u0307');
    alike('straße', 'STRASSE');
    alike('e\u0301cole', 'École');
    alike(' %_🔑\\ ', '');
    expect(new Set([...'azAZ09éß日ス'].flatMap(wordsOf)).size).toBe(8);
  });

  it('writes them in few digits, from which they are read again', () => {
    fc.assert(
      fc.property(name, (text) => {
        const searchName = toSearchName(wordsOf(text));
        expect(searchName).toMatch(/^( \d{1,128})*$/);
        expect(searchName.length).toBeLessThanOrEqual(2200);
        expect(fromSearchName(searchName)).toEqual(wordsOf(text));
      }),
    );
    for (let length = 1; length <= 10; length += 1) {
      const longest = Array.from({ length: 100 }, (_, at) => (at % (length + 1) === length ? ' ' : '\u0390'));
      expect(toSearchName(wordsOf(longest.join(''))).length).toBeLessThanOrEqual(2200);
    }
  });
});

type Named = { workspace: string; name: string; key: string };
type Kept = { workspace: string; word: string; key: string };

/** A key as the model of a search knows it. */
interface ModelKey {
  id: string;
  name: string;
  enabled: boolean;
  expirationDate: string | null;
  orphanedDate: string | null;
  createdDate: string;
  updatedDate: string;
  lastUsedDate: string | null;
}

const NOW = new Date('2030-01-01T00:00:00.000Z');
const DATES = ['2029-01-01T00:00:00.000Z', NOW.toISOString(), '2030-01-01T00:00:00.001Z', '2031-01-01T00:00:00.000Z'];
const WORDS = [
  'a',
  'A',
  'ab',
  'AB c',
  'é',
  'e\u0301',
  'ß',
  'ss',
  'ς',
  'Σ',
  'İ',
  'i\u0307',
  '日本',
  '日',
  '🔑',
  '_',
  '-',
  ' ',
  '7',
  '77',
];

function isFound({ name, ...key }: ModelKey, { search, status }: ListApiKeysDto): boolean {
  const plain = (text: string) => foldCase(text).match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const sought = search === undefined ? undefined : plain(search);
  const isNamed =
    sought === undefined ||
    (sought.length > 0 && sought.every((each) => plain(name).some((word) => word.startsWith(each))));
  return isNamed && (status === undefined || statusOf(key, NOW) === status);
}

function inOrder(keys: readonly ModelKey[], sort: ApiKeySort): ModelKey[] {
  const field = sort.replace('-', '') as 'keyName' | 'createdDate';
  const sign = sort.startsWith('-') ? -1 : 1;
  const valueOf = (key: ModelKey): string | null =>
    field === 'keyName' ? toSearchName(wordsOf(key.name)) : key[field];
  const compare = (one: string, other: string) => (one === other ? 0 : one < other ? -sign : sign);
  return keys.toSorted((one, other) => {
    const [first, second] = [valueOf(one), valueOf(other)];
    if (first === second) return compare(one.id, other.id);
    if (first === null || second === null) return first === null ? 1 : -1;
    return compare(first, second);
  });
}

describe('GET /api/v1/apikey?search', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const database = () => service.app.get(Database, { strict: false });

    describe('of any keys', () => {
      let keys: ModelKey[];

      beforeAll(async () => {
        const samples = (seed: number) => [
          ...new Map(fc.sample(modelKey(), { numRuns: 80, seed }).map((key) => [key.name, key])).values(),
        ];
        await add((await createWorkspace(service)).id, samples(3));
        keys = samples(7);
        await add(workspace.id, keys);
      });

      const add = async (workspaceId: string, all: readonly ModelKey[]) => {
        await withSql(service.store, async (query) => {
          await query(insertOf(workspaceId, all));
          for (const [word, id] of all.flatMap(({ id, name }) => wordsOf(name).map((each) => [each, id]))) {
            await query(`INSERT INTO latchkey_api_key_words VALUES ('${workspaceId}', '${word}', '${id}')`);
          }
        });
      };

      it.each([
        ['read whole', 2000],
        ['sought in order', -1],
        ['either way', 12],
      ])('finds what a plain search finds, in order: %s', async (_, mostCandidates) => {
        const query = fc.record(
          {
            search: fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
            status: fc.constantFrom(...API_KEY_STATUSES),
            sort: fc.constantFrom(...API_KEY_SORTS),
            page: fc.integer({ min: 1, max: 12 }),
            limit: fc.constantFrom(1, 3, 10, 200),
          },
          { requiredKeys: ['sort', 'page', 'limit'] },
        );
        await fc.assert(
          fc.asyncProperty(query, async (asked) => {
            const { ids, total } = await findKeys(database(), workspace.id, asked, NOW, mostCandidates);
            const right = inOrder(
              keys.filter((key) => isFound(key, asked)),
              asked.sort,
            ).map(({ id }) => id);
            expect(ids).toEqual(right.slice((asked.page - 1) * asked.limit, asked.page * asked.limit));
            if (total?.totalRelation === undefined) expect(total?.total ?? right.length).toBe(right.length);
            else {
              expect(right.length).toBeGreaterThan(asked.page * asked.limit);
              expect(total.total).toBeGreaterThan(asked.page * asked.limit);
              expect(total.total).toBeLessThanOrEqual(right.length);
            }
          }),
          { numRuns: 400 },
        );
      });

      it('counts a key once of which two words begin alike', async () => {
        const { id } = await createWorkspace(service);
        const samples = fc.sample(modelKey(), { numRuns: 8, seed: 5 });
        await add(
          id,
          samples.map((key, at) => ({ ...key, name: `Batch bath ${at}` })),
        );
        const { total } = await findKeys(database(), id, { search: 'bat', limit: 3 }, NOW, 12);
        expect(total).toEqual({ total: 8, totalRelation: 'gte' });
      });
    });

    describe('words', () => {
      /** What is kept of words, next to what the names of the keys say. */
      const expectInStep = async () => {
        // What was in a deleted workspace goes in the background, between the two reads as well.
        await service.app.get(WorkspacesService, { strict: false }).removed();
        const [kept, named] = await withSql(
          service.store,
          async (query) =>
            [
              (await query(
                'SELECT workspace_id AS workspace, word, key_id AS key FROM latchkey_api_key_words',
              )) as Kept[],
              (await query('SELECT workspace_id AS workspace, name, id AS key FROM latchkey_api_keys')) as Named[],
            ] as const,
        );
        const right = named.flatMap(({ workspace, name, key }) =>
          wordsOf(name).map((word) => [workspace, word, key].join()),
        );
        const found = kept.map(({ workspace, word, key }) => [workspace, word, key].join());
        expect(found.sort()).toEqual(right.sort());
      };

      const create = async ({ operator }: WorkspaceFixture, keyName: string, body: object = {}): Promise<string> =>
        (await operator.post('/apikey', { keyName, permissions: ['apikeys:view'], ...body }).expect(201)).body.id;

      it('come, change and go with the name', async () => {
        const { operator } = workspace;
        const id = await create(workspace, 'Former Name former');
        await expectInStep();
        const idsFor = async (search: string) =>
          (await operator.get(`/apikey?search=${search}`).expect(200)).body.map((key: { id: string }) => key.id);
        expect(await idsFor('nam%20form')).toEqual([id]);

        await operator.patch(`/apikey/${id}`, { keyName: 'Later name' }).expect(200);
        await expectInStep();
        expect(await idsFor('later')).toEqual([id]);
        expect(await idsFor('former')).toEqual([]);
        await operator.patch(`/apikey/${id}`, { description: 'x' }).expect(200);
        await expectInStep();

        await operator.delete(`/apikey/${id}`).expect(200);
        expect(await idsFor('later')).toEqual([]);
        await expectInStep();
      });

      it('go with the keys of a member, and of a workspace', async () => {
        const other = await createWorkspace(service);
        await other.operator.put('/member/jane', { roles: ['manager'] }).expect(200);
        for (let at = 0; at < 3; at += 1) await create(other, `Jane's key ${at}`, { owner: 'jane' });
        await create(other, 'Another key');
        await other.operator.delete('/member/jane?keys=delete').expect(200);
        await expectInStep();
        await service.operator.delete(`/workspace/${other.id}`).expect(200);
        await expectInStep();
      });

      // SQLite has one change at a time.
      if (kind === 'sqlite') return;

      it('go with a key that is renamed while its deletion waits', async () => {
        const id = await create(workspace, 'Contended');
        const [later = ''] = wordsOf('later');
        await withSql(service.store, async (query) => {
          await query('BEGIN');
          await query(
            `UPDATE latchkey_api_keys SET name = 'Later', search_name = ' ${later}', version = version + 1 WHERE id = '${id}'`,
          );
          await query(`INSERT INTO latchkey_api_key_words VALUES ('${workspace.id}', '${later}', '${id}')`);
          await query(`DELETE FROM latchkey_api_key_words WHERE key_id = '${id}' AND word <> '${later}'`);
          const deletion = workspace.operator.delete(`/apikey/${id}`).expect(200);
          const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
          while ((await query(waiting)).length === 0);
          await query('COMMIT');
          await deletion;
        });
        await expectInStep();
      });
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
            await query(seedOfWords(id));
            await query(
              `INSERT INTO latchkey_workspace_quotas (workspace_id, name, slot, used) VALUES ('${id}', 'keys', 0, ${MANY})`,
            );
          }
          // On SQLite, nothing gathers statistics.
          if (kind === 'postgres') await query('VACUUM ANALYZE');
        });
      });

      /** The plans of all statements that answer. */
      const plansOf = async (query: ListApiKeysDto): Promise<{ sql: string; plan: string }[]> => {
        const plans: { sql: string; plan: string }[] = [];
        const search = async <Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> => {
          const explain = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
          const rows = await database().search<Record<string, unknown>>(`${explain} ${sql}`, parameters);
          plans.push({ sql, plan: rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n') });
          return database().search<Row>(sql, parameters);
        };
        await findKeys({ search }, large.id, query, new Date());
        return plans;
      };

      it.each<[ListApiKeysDto]>([
        [{}],
        [{ page: 1800 }],
        [{ search: 'worker' }],
        [{ search: 'work 9' }],
        [{ search: '99999' }],
        [{ status: 'active' }],
        [{ status: 'disabled' }],
        [{ status: 'orphaned' }],
        [{ status: 'expired', search: 'worker' }],
        ...API_KEY_SORTS.filter((sort) => !sort.includes('lastUsed')).flatMap((sort): [ListApiKeysDto][] => [
          [{ sort }],
          [{ sort, search: 'work 9' }],
        ]),
      ])('reads from indexes alone, in their order: %p', async (query) => {
        for (const { sql, plan } of await plansOf(query)) {
          expect(plan).not.toMatch(/Seq Scan/);
          expect(plan).not.toMatch(/SCAN (latchkey|api_key)/);
          if (sql.includes('AS api_key')) expect(plan).toMatch(ONE_BY_ID);
          if (!sql.includes('candidate')) expect(plan).not.toMatch(/Sort|TEMP B-TREE FOR ORDER/);
        }
      });

      it('reads what the keys of a page hold by their ids', async () => {
        const { ids } = await findKeys(database(), large.id, { limit: 200 }, NOW);
        const plans: string[] = [];
        const query = async <Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> => {
          const explain = kind === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
          const rows = await database().query<Record<string, unknown>>(`${explain} ${sql}`, parameters);
          plans.push(rows.map((row) => String(row['detail'] ?? row['QUERY PLAN'])).join('\n'));
          return database().query<Row>(sql, parameters);
        };
        const holdings = await service.app.get(GrantsService, { strict: false }).ofKeys({ query }, large.id, ids);

        expect(holdings.size).toBe(200);
        expect(plans[0]).toMatch(
          /INDEX sqlite_autoindex_latchkey_api_keys_1 \(id=\?\)|(Index|Bitmap Index) Scan (using|on) pk_latchkey_api_keys/,
        );
      });

      it('200: a page, its total, a search and the last page', async () => {
        const get = (query: string) => large.operator.get(`/apikey?${query}`).expect(200);
        const names = async (query: string) =>
          (await get(query)).body.map(({ keyName }: { keyName: string }) => keyName);

        expect((await get('limit=1')).headers.get('x-total-count')).toBe(String(MANY));
        expect(await names('limit=2')).toEqual(['Worker 100000', 'Worker 99999']);
        expect(await names('limit=2&search=9999%20WORK')).toEqual(['Worker 99999', 'Worker 99998']);
        expect((await get('search=9999')).headers.get('x-total-count')).toBe('11');
        const { body } = await get('page=2000&limit=50');
        expect(body.data.at(-1).keyName).toBe('Worker 1');
      });

      it('200: says that there may be more where it counts no further, and names no last page', async () => {
        const { body, headers } = await large.operator.get('/apikey?status=active&page=1&limit=50').expect(200);
        expect(body).toMatchObject({ total: 51, totalRelation: 'gte' });
        expect(headers.get('x-total-count')).toBe('51');
        expect(headers.get('x-total-count-relation')).toBe('gte');
        expect([...(headers.get('link') ?? '').matchAll(/rel="(.*?)"/g)].map(([, rel]) => rel)).toEqual([
          'first',
          'next',
        ]);

        const named = await large.operator.get('/apikey?search=work').expect(200);
        expect(named.headers.get('x-total-count')).toBe('2001');

        const further = await large.operator.get('/apikey?search=work&page=100&limit=50').expect(200);
        expect(further.body.total).toBe(5001);
        expect(further.headers.get('link')).toContain('page=101');

        const few = await large.operator.get('/apikey?search=9999').expect(200);
        expect(few.headers.get('x-total-count-relation')).toBeNull();
        expect(few.headers.get('link')).toContain('rel="last"');
      });
    });
  });
});

function modelKey(): fc.Arbitrary<ModelKey> {
  const date = fc.constantFrom(...DATES);
  const maybe = fc.option(date, { nil: null });
  const words = fc.array(fc.constantFrom(...WORDS), { minLength: 1, maxLength: 5 });
  const separator = fc.constantFrom(' ', '', '-');
  return fc.record({
    id: fc.constant(null).map(() => newId()),
    name: fc.tuple(words, separator).map(([all, between]) => all.join(between)),
    enabled: fc.boolean(),
    expirationDate: maybe,
    orphanedDate: fc.option(date, { nil: null, freq: 1 }),
    createdDate: date,
    updatedDate: date,
    lastUsedDate: maybe,
  });
}

function insertOf(workspaceId: string, keys: readonly ModelKey[]): string {
  const text = (value: string | null) => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
  const rows = keys.map(
    ({ id, name, enabled, expirationDate, orphanedDate, createdDate, updatedDate, lastUsedDate }) =>
      `(${[id, workspaceId, name, toSearchName(wordsOf(name)), id, expirationDate, orphanedDate, createdDate, updatedDate, lastUsedDate].map(text).join(', ')},
       ${enabled}, 'lk_…', '[]', '[]', '{}', '{"type":"system","id":"system","display":"test"}', 1)`,
  );
  return `INSERT INTO latchkey_api_keys (id, workspace_id, name, search_name, hash, expiration_date, orphaned_date, created_date,
    updated_date, last_used_date, enabled, hint, permissions, allowed_ips, metadata, created_by, version) VALUES ${rows.join(', ')}`;
}

const ONE_BY_ID =
  /SEARCH api_key USING INDEX sqlite_autoindex_latchkey_api_keys_1 \(id=\?\)|Index Scan using pk_latchkey_api_keys/;
const DIGITS = '0123456789';
const WORKER = wordsOf('Worker').join('');

const letterOf = (digit: string): string => 'abcdefghij'.charAt(Number(digit));

function seedOfWords(workspaceId: string): string {
  const keys = `FROM latchkey_api_keys WHERE workspace_id = '${workspaceId}'`;
  return `INSERT INTO latchkey_api_key_words (workspace_id, word, key_id)
    SELECT workspace_id, '${WORKER}', id ${keys} UNION ALL SELECT workspace_id, SUBSTR(search_name, ${WORKER.length + 3}), id ${keys}`;
}

/** Puts keys into the workspace, each a millisecond younger than the one before. */
function seedOf(kind: string, workspaceId: string): string {
  const numbers =
    kind === 'sqlite'
      ? `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${MANY})`
      : `WITH numbers (n) AS (SELECT generate_series(1, ${MANY}))`;
  const padded = kind === 'sqlite' ? `PRINTF('%012d', n)` : `LPAD(CAST(n AS text), 12, '0')`;
  const digit = (at: number) => `SUBSTR(${padded}, ${at}, 1)`;
  const date = `'2029-01-01T0' || ${digit(7)} || ':0' || ${digit(8)} || ':0' || ${digit(9)} || '.' || SUBSTR(${padded}, 10) || 'Z'`;
  // What a number is as a word: a 1 in front of each of its digits.
  const lettered = [...DIGITS].reduce(
    (sql, each) => `REPLACE(${sql}, '${each}', '${letterOf(each)}')`,
    'CAST(n AS text)',
  );
  const digits = [...DIGITS].reduce((sql, each) => `REPLACE(${sql}, '${letterOf(each)}', '1${each}')`, lettered);
  const prefix = newId().slice(0, 24);
  return `INSERT INTO latchkey_api_keys (id, workspace_id, name, search_name, hash, hint, permissions, allowed_ips,
      metadata, enabled, created_date, updated_date, created_by, version)
    ${numbers} SELECT '${prefix}' || ${padded}, '${workspaceId}', 'Worker ' || n, ' ${WORKER} ' || ${digits}, '${prefix.slice(14)} ' || n, 'lk_…',
      '["apikeys:view"]', '[]', '{}', TRUE, ${date}, '2029-01-01T00:00:00.000Z',
      '{"type":"system","id":"system","display":"test"}', 1 FROM numbers`;
}
