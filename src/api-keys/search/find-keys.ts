import { rangeOf, type Total } from '../../input/paging.js';
import type { Database } from '../../database/database.js';
import { toStatement, unionOf, type Sql } from '../../database/sql.js';
import type { ApiKeyStatus } from '../api-key-status.js';
import type { ApiKeySort, ListApiKeysDto } from '../dto/list-api-keys.dto.js';
import { patternOfBeginning, rangeOfBeginning, wordsOf } from './search-words.js';

/** The keys of a page, and how many match; undefined for all of the workspace. */
export interface FoundKeys {
  ids: string[];
  total: Total | undefined;
}

/** Of so many keys, each is read and sorted. Of more, those in front of the order are sought. */
const MOST_CANDIDATES = 2000;

const COLUMNS = {
  keyName: 'search_name',
  createdDate: 'created_date',
  updatedDate: 'updated_date',
  expirationDate: 'expiration_date',
  lastUsedDate: 'last_used_date',
} as const;

// The longest are the rarest, mostly.
const MOST_WORDS_COUNTED = 5;

const TESTED = ['id', 'enabled', 'expiration_date', 'orphaned_date', 'search_name'];

// Keeps tests from being moved ahead of it: for want of a guess at how many match, the database would choose a way by them.
const ALL = ' LIMIT (SELECT 1000000000)';

type Store = Pick<Database, 'search'>;

interface Order {
  column: (typeof COLUMNS)[keyof typeof COLUMNS];
  direction: 'ASC' | 'DESC';
}

interface Wanted {
  workspaceId: string;
  /** What tells of a key whether it is wanted; each begins with AND. */
  tests: Sql;
  order: Order;
}

/** A set of keys that has all that are wanted. */
interface Candidates {
  /** Selects of `id`, each in the order of an index. */
  parts: readonly Sql[];
  /** Whether it has no others. */
  isExact: boolean;
}

/**
 * Finds keys of a workspace. If one of the filters leaves few keys, each of these is read. Otherwise an index in the asked
 * order is read until the page is full: soon, since many match.
 */
export async function findKeys(
  store: Store,
  workspaceId: string,
  query: ListApiKeysDto,
  now: Date,
  mostCandidates = MOST_CANDIDATES,
): Promise<FoundKeys> {
  const { skip, take } = rangeOf(query);
  const words = wordsOf(query.search ?? '').toSorted((one, other) => other.length - one.length);
  if (query.search !== undefined && words.length === 0) return { ids: [], total: { total: 0 } };
  const tests = [...words.flatMap(testOfWord), ...testOfStatus(query.status, now)];
  const wanted: Wanted = { workspaceId, tests, order: orderOf(query.sort) };
  if (tests.length === 0) return { ids: await walk(store, wanted, skip, take), total: undefined };

  const all = candidatesOf(workspaceId, words, query.status, now);
  const { place, entries, keys } = await smallestOf(store, all, mostCandidates + 1);
  const smallest = all[place];
  if (smallest && entries <= mostCandidates) {
    const ids = await readAll(store, wanted, smallest, mostCandidates);
    return { ids: ids.slice(skip, skip + take), total: { total: ids.length } };
  }
  const ids = await walk(store, wanted, skip, take + 1);
  const page = ids.slice(0, take);
  if (ids.length === 0) return { ids: page, total: { total: await countOf(store, wanted, '', skip) } };
  const seen = skip + ids.length;
  if (ids.length <= take) return { ids: page, total: { total: seen } };
  return { ids: page, total: { total: smallest?.isExact ? Math.max(keys, seen) : seen, totalRelation: 'gte' } };
}

function orderOf(sort: ApiKeySort = '-createdDate'): Order {
  const field = sort.replace('-', '') as keyof typeof COLUMNS;
  return { column: COLUMNS[field], direction: sort.startsWith('-') ? 'DESC' : 'ASC' };
}

function testOfWord(word: string): Sql {
  return [' AND search_name LIKE ', { value: patternOfBeginning(word) }];
}

function testOfStatus(status: ApiKeyStatus | undefined, now: Date): Sql {
  const date = { value: now.toISOString() };
  const isUsable = ' AND enabled AND orphaned_date IS NULL';
  if (status === undefined) return [];
  if (status === 'orphaned') return [' AND orphaned_date IS NOT NULL'];
  if (status === 'disabled') return [' AND NOT enabled AND orphaned_date IS NULL'];
  if (status === 'expired') return [`${isUsable} AND expiration_date <= `, date];
  return [`${isUsable} AND (expiration_date IS NULL OR expiration_date > `, date, ')'];
}

/** For each filter the keys that may match it, from an index of its own. */
function candidatesOf(
  workspaceId: string,
  words: readonly string[],
  status: ApiKeyStatus | undefined,
  now: Date,
): Candidates[] {
  const isExact = words.length + (status === undefined ? 0 : 1) === 1;
  const all = words.slice(0, MOST_WORDS_COUNTED).map((word): Candidates => {
    const [first, behind] = rangeOfBeginning(word);
    const select: Sql = [
      'SELECT key_id AS id FROM latchkey_api_key_words WHERE workspace_id = ',
      { value: workspaceId },
      ' AND word >= ',
      { value: first },
      ' AND word < ',
      { value: behind },
      ' ORDER BY word, key_id',
    ];
    return { parts: [select], isExact };
  });
  if (status === undefined) return all;
  const keys: Sql = ['SELECT id FROM latchkey_api_keys WHERE workspace_id = ', { value: workspaceId }];
  if (status === 'disabled' || status === 'orphaned') {
    return [...all, { parts: [[...keys, ...testOfStatus(status, now), ' ORDER BY id']], isExact }];
  }
  const byExpiration = ' ORDER BY expiration_date, id';
  const date = { value: now.toISOString() };
  const parts: Sql[] =
    status === 'expired'
      ? [[...keys, ' AND expiration_date <= ', date, byExpiration]]
      : [
          [...keys, ' AND expiration_date > ', date, byExpiration],
          [...keys, ' AND expiration_date IS NULL', byExpiration],
        ];
  // Disabled and orphaned keys are among them.
  return [...all, { parts, isExact: false }];
}

interface Counted {
  /** Which of the sets. */
  place: number;
  entries: number;
  /** Of which there may be fewer than entries: two words of one name may begin alike. */
  keys: number;
}

/** Counts the candidates, each part up to a bound. @returns the smallest set */
async function smallestOf(store: Store, all: readonly Candidates[], bound: number): Promise<Counted> {
  const counts = all.map((candidates, place): Sql => [
    `SELECT ${place} AS place, CAST(COUNT(*) AS integer) AS entries, CAST(COUNT(DISTINCT id) AS integer) AS keys FROM (`,
    ...upTo(bound, candidates),
    ') AS candidates',
  ]);
  const counted = await run<Counted>(store, unionOf(counts));
  return counted.reduce((one, other) => (other.entries < one.entries ? other : one));
}

/** @returns all that are wanted, in order */
async function readAll(
  store: Store,
  { tests, order: { column, direction } }: Wanted,
  candidates: Candidates,
  bound: number,
): Promise<string[]> {
  const rows = await run<{ id: string }>(store, [
    `SELECT id FROM (SELECT api_key.${TESTED.join(', api_key.')}, api_key.${column} AS place FROM (SELECT DISTINCT id FROM (`,
    ...upTo(bound, candidates),
    // All of the workspace. Asked for it again, or without CROSS, SQLite would rather look for them among all of its keys.
    ') AS candidates) AS candidate CROSS JOIN latchkey_api_keys AS api_key WHERE api_key.id = candidate.id',
    `${ALL}) AS read WHERE TRUE`,
    ...tests,
    ` ORDER BY place ${direction} NULLS LAST, id ${direction}`,
  ]);
  return rows.map(({ id }) => id);
}

/** @returns a page of what is wanted, in order */
async function walk(store: Store, wanted: Wanted, skip: number, take: number): Promise<string[]> {
  if (wanted.order.column !== 'expiration_date') return walkPart(store, wanted, '', skip, take);
  // Those without a date stand last either way, but in the index at the same end.
  const dated = ' AND expiration_date IS NOT NULL';
  const ids = await walkPart(store, wanted, dated, skip, take);
  if (ids.length === take) return ids;
  const passed = ids.length > 0 ? skip + ids.length : await countOf(store, wanted, dated, skip);
  const undated = await walkPart(
    store,
    wanted,
    ' AND expiration_date IS NULL',
    Math.max(0, skip - passed),
    take - ids.length,
  );
  return [...ids, ...undated];
}

async function walkPart(store: Store, wanted: Wanted, part: string, skip: number, take: number): Promise<string[]> {
  const rows = await run<{ id: string }>(store, [
    ...matching(wanted, part),
    ' LIMIT ',
    { value: take },
    ' OFFSET ',
    { value: skip },
  ]);
  return rows.map(({ id }) => id);
}

/** @returns how many are wanted, up to a bound */
async function countOf(store: Store, wanted: Wanted, part: string, bound: number): Promise<number> {
  const [row] = await run<{ total: string | number }>(store, [
    'SELECT COUNT(*) AS total FROM (',
    ...matching(wanted, part),
    ' LIMIT ',
    { value: bound },
    ') AS matching',
  ]);
  return Number(row?.total);
}

/** The keys that are wanted, in order. Where keys are tested, they are put into order first. */
function matching({ workspaceId, tests, order: { column, direction } }: Wanted, part: string): Sql {
  const inWorkspace: Sql = [' FROM latchkey_api_keys WHERE workspace_id = ', { value: workspaceId }, part];
  const isNullable = column === 'last_used_date';
  const ordered = ` ORDER BY ${column} ${direction}${isNullable ? ' NULLS LAST' : ''}, id ${direction}`;
  if (tests.length === 0 || isNullable) return ['SELECT id', ...inWorkspace, ...tests, ordered];
  return [
    `SELECT id FROM (SELECT ${TESTED.join(', ')}`,
    ...inWorkspace,
    `${ordered}${ALL}) AS ordered WHERE TRUE`,
    ...tests,
  ];
}

function upTo(bound: number, { parts }: Candidates): Sql {
  return unionOf(parts.map((part): Sql => ['SELECT id FROM (', ...part, ' LIMIT ', { value: bound }, ') AS part']));
}

function run<Row>(store: Store, sql: Sql): Promise<Row[]> {
  return store.search<Row>(...toStatement(sql));
}
