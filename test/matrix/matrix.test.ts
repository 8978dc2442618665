import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { objectKindOf, type ObjectKind } from '../support/objects.js';
import { serviceDocument } from '../support/openapi-document.js';
import { documentedOperations, type DocumentedOperation } from '../support/openapi-operations.js';
import { permissionsOf, routesOf, type Route } from '../support/routes.js';
import { forEachStore } from '../support/stores.js';
import type { Answer, Body } from '../support/client.js';
import { BUILT_IN_ROLES, CALLERS, type Caller } from './callers.js';
import { expectedOf, ID_KINDS, type Cell, type Expected, type IdKind } from './rules.js';
import { World } from './world.js';

const PARAMETER = /\{\w+\}/;

type Ids = Record<Exclude<IdKind, 'none'>, string>;

interface Row extends Route {
  operation: DocumentedOperation;
  /** undefined for a route whose path names nothing. */
  kind: ObjectKind | undefined;
  /** Things of this kind that no cell may change. */
  ids: Ids | undefined;
}

interface Outcome {
  expected: Expected;
  answer: Answer;
  /** What the path named. */
  id: string;
}

const NEVER_CARRIED_OUT = { success: NaN, body: () => undefined };

describe('every route × every caller × every id', () => {
  forEachStore((store) => {
    let world: World;
    let rows: Row[];

    beforeAll(async () => {
      world = await World.create(store);
      const operations = documentedOperations(await serviceDocument());
      const shared = new Map<ObjectKind, Ids>();
      rows = [];
      for (const route of routesOf(world.service.app)) {
        const documented = operations.find(({ method, path }) => method === route.method && path === route.path);
        const operation = documented ?? (route.isHidden ? { ...route, ...NEVER_CARRIED_OUT } : undefined);
        if (!operation) throw new Error(`${nameOf(route)} is not in the OpenAPI document.`);
        const kind = PARAMETER.test(route.path) ? objectKindOf(route.path) : undefined;
        const ids = kind && (shared.get(kind) ?? (await sharedIds(kind)));
        if (kind && ids) shared.set(kind, ids);
        rows.push({ ...route, operation, kind, ids });
      }
    });

    afterAll(() => world.stop());

    const sharedIds = async (kind: ObjectKind): Promise<Ids> => ({
      own: kind.present?.(world.here) ?? (await kind.create(world.here)),
      foreign: kind.present?.(world.foreign) ?? (await kind.create(world.foreign)),
      random: kind.unknown(),
      deleted: await deletedId(kind),
    });

    const deletedId = async (kind: ObjectKind): Promise<string> => {
      if (kind.deleted) return kind.deleted(world.here);
      const id = await kind.create(world.here);
      const { path } = rows.find((row) => row.kind === kind) ?? routeTo(kind);
      await world.here.operator.delete(pathTo(path, id)).expect(200);
      return id;
    };

    const routeTo = (kind: ObjectKind): Route => {
      const routes = routesOf(world.service.app);
      return routes.find(({ path }) => PARAMETER.test(path) && objectKindOf(path) === kind)!;
    };

    const freshId = (kind: ObjectKind, id: Exclude<IdKind, 'none'>): Promise<string> | string => {
      if (id === 'random') return kind.unknown();
      if (id === 'deleted') return deletedId(kind);
      return kind.create(id === 'own' ? world.here : world.foreign);
    };

    const baseOf = ({ method, path }: Route): Row | undefined => {
      const base = path.replace(/\/\{\w+\}$/, '');
      return rows.find((row) => row.method === method && row.path === base);
    };

    const lacksId = ({ method, path }: Route): boolean =>
      method !== 'get' &&
      rows.some((row) => row.method === method && row.path.replace(/\/\{\w+\}$/, '') === path && row.path !== path);

    const cellOf = (row: Row, caller: Caller, id: IdKind | undefined, malformed: boolean): Cell => {
      // Without its id the path of a reading route is that of the list.
      const list = id === 'none' && row.method === 'get' ? baseOf(row) : undefined;
      const { access, operation, kind } = list ?? row;
      return {
        access,
        caller,
        id,
        lacksId: lacksId(row) || (id === 'none' && !list),
        isNoRoute: id === 'none' && /\}\//.test(row.path),
        malformed,
        granted: [...grantedBy(operation.body()), ...takenBy(row)],
        success: operation.success,
        unknownCode: kind && kind.createdBy !== row.method ? kind.unknownCode : undefined,
      };
    };

    const call = async (row: Row, caller: Caller, id: IdKind | undefined, malformed: boolean): Promise<Outcome> => {
      const expected = expectedOf(cellOf(row, caller, id, malformed));
      const changes = row.method !== 'get' && expected.status < 300;
      const named =
        !row.kind || !row.ids || id === undefined || id === 'none'
          ? ''
          : changes
            ? await freshId(row.kind, id)
            : row.ids[id];
      const body = row.operation.body();
      const answer = await caller.client.send(row.method.toUpperCase(), pathTo(row.path, named), {
        body: malformed ? { ...body, noSuchField: true } : body,
      });
      return { expected, answer, id: named };
    };

    const faultsOf = async (row: Row, caller: Caller): Promise<string[]> => {
      const faults: string[] = [];
      const outcomes = new Map<IdKind, Outcome>();
      for (const malformed of row.operation.body() === undefined ? [false] : [false, true]) {
        const ids = row.kind ? ID_KINDS : [undefined];
        const answered = await Promise.all(ids.map((id) => call(row, caller, id, malformed)));
        for (const [at, outcome] of answered.entries()) {
          const id = ids[at];
          const { status, code } = outcome.expected;
          const got = { status: outcome.answer.status, ...(code !== undefined && { code: outcome.answer.body?.code }) };
          const cell = `${nameOf(row)}, ${id ?? 'no'} id${malformed ? ', unknown field' : ''}`;
          if (JSON.stringify(got) !== JSON.stringify(outcome.expected)) {
            faults.push(
              `${cell}: expected ${status} ${code ?? ''}, got ${outcome.answer.status} ${outcome.answer.text}`,
            );
          }
          if (id && !malformed) outcomes.set(id, outcome);
          if (caller.acts === 'here' && id !== 'foreign' && row.ids && mentions(outcome.answer, row.ids.foreign, row)) {
            faults.push(`${cell}: the answer names something of another workspace: ${outcome.answer.text}`);
          }
        }
      }
      return [...faults, ...tellsApart(row, outcomes)];
    };

    const mentions = ({ text }: Answer, foreign: string, { access }: Row): boolean =>
      access?.kind === 'permission' && access.scope !== 'none' && text.includes(foreign);

    it('has a rule for every route', () => {
      expect(rows.length).toBeGreaterThan(30);
      for (const row of rows) {
        expect([nameOf(row), row.access]).toEqual([nameOf(row), expect.objectContaining({ kind: expect.any(String) })]);
        expect([nameOf(row), row.operation.success]).toEqual([nameOf(row), expect.any(Number)]);
      }
    });

    it.each(Object.keys(CALLERS))('%s: is answered as the contract says, and learns of no foreign id', async (name) => {
      const faults: string[] = [];
      for (const row of rows) {
        const anyOf = permissionsOf(row.access);
        const granted = [...grantedBy(row.operation.body()), ...takenBy(row)];
        const callers = await CALLERS[name]!(world, { anyOf, granted });
        for (const caller of callers) faults.push(...(await faultsOf(row, caller)));
      }
      expect(faults).toEqual([]);
      expect(await missing()).toEqual([]);
    });

    /** What was there for all cells and is not any more. */
    const missing = async (): Promise<string[]> => {
      const gone: string[] = [];
      for (const { kind, ids, path, method } of rows) {
        if (!kind || !ids || method !== 'get') continue;
        for (const [workspace, id] of [
          [world.here, ids.own],
          [world.foreign, ids.foreign],
        ] as const) {
          const { status } = await workspace.operator.get(pathTo(path, id));
          if (status !== 200) gone.push(`${path} ${id}`);
        }
      }
      return gone;
    };
  });
});

function nameOf({ method, path }: Pick<Route, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`;
}

/** For the client, which adds the prefix of the API. */
function pathTo(path: string, id: string): string {
  const named = path.replace(PARAMETER, () => encodeURIComponent(id));
  return named.startsWith('/api/v1') ? named.replace('/api/v1', '') : `/${named}`;
}

function grantedBy(body: Body): string[] {
  // Who verifies a key asks what it may do, and hands out nothing.
  if (body && 'apiKey' in body) return [];
  const { permissions = [], roles = [] } = (body ?? {}) as { permissions?: string[]; roles?: string[] };
  return [...permissions, ...roles.flatMap((role) => BUILT_IN_ROLES[role] ?? [])];
}

/** Who removes what holds permissions must hold them. */
function takenBy({ method, kind }: Row): readonly string[] {
  return method === 'delete' ? (kind?.holds ?? []) : [];
}

/** Where the rules make no difference between an id and a random one, the answers must make none. */
function tellsApart(row: Row, outcomes: ReadonlyMap<IdKind, Outcome>): string[] {
  const random = outcomes.get('random');
  if (!random) return [];
  return (['foreign', 'deleted'] as const).flatMap((id) => {
    const other = outcomes.get(id);
    if (!other || JSON.stringify(other.expected) !== JSON.stringify(random.expected)) return [];
    const [one, two] = [essenceOf(other), essenceOf(random)];
    return one === two ? [] : [`${nameOf(row)} tells a ${id} id from a random one: ${one} and ${two}`];
  });
}

const NATURALLY_DIFFERENT = new Set(['date', 'x-request-id', 'content-length']);

/** An answer without what is different in every one: ids, dates. */
function essenceOf({ answer, id }: Outcome): string {
  const headers = [...answer.headers].filter(([name]) => !NATURALLY_DIFFERENT.has(name)).sort();
  const text = answer.text
    .replaceAll(id, '<id>')
    .replaceAll(String(answer.headers.get('x-request-id')), '<request>')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<date>');
  return JSON.stringify([answer.status, headers, text]);
}
