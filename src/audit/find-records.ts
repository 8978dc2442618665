import type { Place } from '../input/paging.js';
import type { Database } from '../database/database.js';
import { toStatement, unionOf, type Sql } from '../database/sql.js';
import type { Outcome } from '../events/domain-event.js';

/** Which records, as they are stored; all that is named must hold. */
export interface RecordFilter {
  /** null: of all workspaces, and of none. */
  workspaceId: string | null;
  action?: string | undefined;
  actorId?: string | undefined;
  targetId?: string | undefined;
  outcome?: Outcome | undefined;
  /** Not before. */
  from?: string | undefined;
  /** Before. */
  to?: string | undefined;
}

export interface RecordPage {
  order: 'ASC' | 'DESC';
  after?: Place | undefined;
  limit: number;
}

/** What is stored of a record. */
export interface StoredRecord extends Place {
  payload: string;
  payloadHash: string;
  content: string | null;
}

type Store = Pick<Database, 'search'>;

interface Condition {
  column: string;
  value: string;
}

/** A table that has indexes of what records are found by, in order. */
interface Source {
  table: string;
  id: string;
}

/** Records that an index has in order. */
interface Range {
  workspaceId: string | null;
  outcomes: readonly Outcome[];
  behind: Place;
  before: Place;
  order: RecordPage['order'];
}

interface FoundRecord extends StoredRecord {
  matches: boolean | number;
  /** In its chunk, from 1. */
  number: number;
}

/** Records in order. */
export interface FoundRecords {
  records: StoredRecord[];
  /** Where the search ended, if it did not see all: there may be more behind it. */
  end: Place | undefined;
}

const RECORD = `event.id, event.occurred_date AS date, event.payload, event.payload_hash AS "payloadHash", pii.content`;
const EVENTS: Source = { table: 'latchkey_audit_events', id: 'id' };
const FURTHER_TARGETS: Source = { table: 'latchkey_audit_further_targets', id: 'event_id' };
const OUTCOMES: readonly Outcome[] = ['success', 'failure', 'denied'];

// '' sorts before, and 'a' behind each date.
const FIRST: Place = { date: '', id: '' };
const LAST: Place = { date: 'a', id: '' };

/** Of several filters, the one with the fewest records is looked up. Those with more than this count as equal. */
const MOST_COUNTED = 2000;

// What is looked up by one filter is tested for the others so many at a time, and no more for one page.
const CHUNK = 1000;
const MOST_CHUNKS = 10;

/**
 * Finds records in the order of their dates. Each filter has an index for all workspaces and one within a workspace, with the
 * outcome behind it: a search for any outcome puts three ranges of the index together. Targets besides the first have such indexes
 * in a table of their own. Where several filters are given, the
 * records of one are tested for the others, a bounded number: there may be fewer than asked for, and more behind them.
 */
export async function findRecords(store: Store, filter: RecordFilter, page: RecordPage): Promise<FoundRecords> {
  let range = rangeOf(filter, page);
  const [condition, ...tests] = await fewestFirst(store, range, conditionsOf(filter));
  const size = tests.length === 0 ? page.limit : CHUNK;
  const records: StoredRecord[] = [];
  let end: Place | undefined;
  for (let chunk = 0; chunk < MOST_CHUNKS; chunk += 1) {
    const rows = await readChunk(store, range, condition, tests, size, page.limit - records.length);
    records.push(...rows.filter(({ matches }) => matches));
    end = rows.at(-1);
    if (records.length >= page.limit) break;
    if (!end || rows.at(-1)?.number !== size) return { records, end: undefined };
    range = rangeOf(filter, { ...page, after: end });
  }
  return { records, end };
}

/** @returns what matches of the first records of a range, up to a limit, and the last of the chunk unless that is reached. */
function readChunk(
  store: Store,
  range: Range,
  condition: Condition | undefined,
  tests: readonly Condition[],
  size: number,
  limit: number,
): Promise<FoundRecord[]> {
  const { order } = range;
  const inOrder = (table: string): string => `ORDER BY ${table}occurred_date ${order}, ${table}id ${order}`;
  const isWanted: Sql = ['(TRUE', ...tests.flatMap((test) => [' AND ', ...isMet(test)]), ')'];
  return run<FoundRecord>(store, [
    `SELECT ${RECORD}, found.number, `,
    ...isWanted,
    ` AS matches FROM (SELECT id, occurred_date, CAST(ROW_NUMBER() OVER (${inOrder('')}) AS integer) AS number FROM (`,
    ...partsOf(range, condition, size),
    `) AS parts ${inOrder('')} LIMIT `,
    { value: size },
    // CROSS: SQLite reads what stands first, first.
    `) AS found CROSS JOIN latchkey_audit_events AS event LEFT JOIN latchkey_audit_pii AS pii ON pii.event_id = event.id
     WHERE event.id = found.id AND (found.number = `,
    { value: size },
    ' OR ',
    ...isWanted,
    `) ${inOrder('found.')} LIMIT `,
    { value: limit },
  ]);
}

/** @param workspaceId null: of any workspace, or of none */
export async function getRecord(
  store: Pick<Database, 'query'>,
  workspaceId: string | null,
  id: string,
): Promise<StoredRecord | undefined> {
  const [text, values] = toStatement([
    `SELECT ${RECORD} FROM latchkey_audit_events AS event LEFT JOIN latchkey_audit_pii AS pii ON pii.event_id = event.id
     WHERE event.id = `,
    { value: id },
    ...(workspaceId === null ? [] : [' AND event.workspace_id = ', { value: workspaceId }]),
  ]);
  const [row] = await store.query<StoredRecord>(text, values);
  return row;
}

function rangeOf({ workspaceId, outcome, from, to }: RecordFilter, { order, after }: RecordPage): Range {
  const behind = from === undefined ? FIRST : { date: from, id: '' };
  const before = to === undefined ? LAST : { date: to, id: '' };
  const outcomes = outcome === undefined ? OUTCOMES : [outcome];
  const range = { workspaceId, outcomes, behind, before, order };
  if (after === undefined) return range;
  if (order === 'ASC') return { ...range, behind: isBefore(behind, after) ? after : behind };
  return { ...range, before: isBefore(after, before) ? after : before };
}

function isBefore(one: Place, other: Place): boolean {
  return one.date === other.date ? one.id < other.id : one.date < other.date;
}

/** The filters that have indexes of their own. The first has the fewest records, mostly. */
function conditionsOf({ targetId, actorId, action }: RecordFilter): Condition[] {
  const conditions = [
    { column: 'target_id', value: targetId },
    { column: 'actor_id', value: actorId },
    { column: 'action', value: action },
  ];
  return conditions.filter((condition): condition is Condition => condition.value !== undefined);
}

async function fewestFirst(store: Store, range: Range, conditions: Condition[]): Promise<Condition[]> {
  if (conditions.length < 2) return conditions;
  const counts = conditions.map((condition, place): Sql => [
    `SELECT ${place} AS place, CAST(COUNT(*) AS integer) AS records FROM (`,
    ...partsOf(range, condition, MOST_COUNTED),
    ') AS parts',
  ]);
  const counted = await run<{ place: number; records: number }>(store, unionOf(counts));
  const of = new Map(counted.map(({ place, records }) => [conditions[place], Math.min(records, MOST_COUNTED)]));
  return conditions.toSorted((one, other) => (of.get(one) ?? 0) - (of.get(other) ?? 0));
}

/** Whether a record that was found by another filter matches this one. */
function isMet({ column, value }: Condition): Sql {
  const isOfEvent: Sql = [`event.${column} = `, { value }];
  if (column !== 'target_id') return isOfEvent;
  // Not EXISTS, for which PostgreSQL may gather all records of the target.
  const further: Sql = [
    '(SELECT further.event_id FROM latchkey_audit_further_targets AS further WHERE further.event_id = event.id AND further.target_id = ',
    { value },
    ')',
  ];
  return ['(', ...isOfEvent, ' OR ', ...further, ' IS NOT NULL)'];
}

/** Selects the first records of each range of an index, and where they stand: no record twice. */
function partsOf(range: Range, condition: Condition | undefined, limit: number): Sql {
  const sources = condition?.column === 'target_id' ? [EVENTS, FURTHER_TARGETS] : [EVENTS];
  return unionOf(
    sources.flatMap((source) => range.outcomes.map((outcome) => part(source, range, outcome, condition, limit))),
  );
}

function part(
  { table, id }: Source,
  { workspaceId, behind, before, order }: Range,
  outcome: Outcome,
  condition: Condition | undefined,
  limit: number,
): Sql {
  return [
    `SELECT id, occurred_date FROM (SELECT ${id} AS id, occurred_date FROM ${table} WHERE outcome = `,
    { value: outcome },
    ...(workspaceId === null ? [] : [' AND workspace_id = ', { value: workspaceId }]),
    ...(condition ? [` AND ${condition.column} = `, { value: condition.value }] : []),
    ` AND (occurred_date, ${id}) > (`,
    { value: behind.date },
    ', ',
    { value: behind.id },
    `) AND (occurred_date, ${id}) < (`,
    { value: before.date },
    ', ',
    { value: before.id },
    `) ORDER BY occurred_date ${order}, ${id} ${order} LIMIT `,
    { value: limit },
    ') AS part',
  ];
}

function run<Row>(store: Store, sql: Sql): Promise<Row[]> {
  return store.search<Row>(...toStatement(sql));
}
