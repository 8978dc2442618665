import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sendRaw } from '../support/raw-request.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

interface Key {
  id: string;
  keyName: string;
}

const HOUR_MS = 60 * 60 * 1000;

describe('GET /api/v1/apikey', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    const create = async ({ operator }: WorkspaceFixture, keyName: string, body: object = {}): Promise<Key> =>
      (await operator.post('/apikey', { keyName, permissions: ['apikeys:view'], ...body }).expect(201)).body;

    const names = async ({ operator }: WorkspaceFixture, query: string): Promise<string[]> =>
      ((await operator.get(`/apikey?${query}`).expect(200)).body as Key[]).map(({ keyName }) => keyName);

    describe('pages', () => {
      let workspace: WorkspaceFixture;
      const newestFirst: string[] = [];

      beforeAll(async () => {
        workspace = await createWorkspace(service);
        for (let at = 1; at <= 7; at += 1) newestFirst.unshift((await create(workspace, `Key ${at}`)).keyName);
      });

      it('200: all of the workspace and of no other, newest first, each masked', async () => {
        await create(await createWorkspace(service), 'Foreign');
        const { body, headers } = await workspace.operator.get('/apikey').expect(200);
        expect(body.map(({ keyName }: Key) => keyName)).toEqual(newestFirst);
        for (const { apiKey } of body) expect(apiKey).toMatch(/^lk_.{4}….{4}$/);
        expect(headers.get('x-total-count')).toBe('7');
      });

      it('200: every key once over the pages, and the links lead through them', async () => {
        const seen: string[] = [];
        let path: string | undefined = '/apikey?limit=3';
        for (let pages = 0; path !== undefined && pages < 5; pages += 1) {
          const { body, headers }: { body: Key[]; headers: Headers } = await workspace.operator.get(path).expect(200);
          expect(headers.get('x-total-count')).toBe('7');
          seen.push(...(Array.isArray(body) ? body : (body as { data: Key[] }).data).map(({ keyName }) => keyName));
          path = linksOf(headers)['next']?.replace('/api/v1', '');
        }
        expect(seen).toEqual(newestFirst);
      });

      it('200: links to the first, previous, next and last page keep the rest of the query', async () => {
        const links = async (query: string) =>
          linksOf((await workspace.operator.get(`/apikey?${query}`).expect(200)).headers);
        expect(await links('page=2&limit=3&search=key&sort=keyName')).toEqual({
          first: '/api/v1/apikey?page=1&limit=3&search=key&sort=keyName',
          prev: '/api/v1/apikey?page=1&limit=3&search=key&sort=keyName',
          next: '/api/v1/apikey?page=3&limit=3&search=key&sort=keyName',
          last: '/api/v1/apikey?page=3&limit=3&search=key&sort=keyName',
        });
        expect(Object.keys(await links('page=1&limit=3'))).toEqual(['first', 'next', 'last']);
        expect(Object.keys(await links('page=3&limit=3'))).toEqual(['first', 'prev', 'last']);
        expect(await links('limit=7')).toEqual({
          first: '/api/v1/apikey?limit=7&page=1',
          last: '/api/v1/apikey?limit=7&page=1',
        });
      });

      it('200: links are paths here with the whole query, whatever form the target has', async () => {
        const credentials: [string, string][] = [
          ['Authorization', `Bearer ${service.operatorKey}`],
          ['X-Workspace-Id', workspace.id],
        ];
        for (const origin of ['', 'http://elsewhere.example', 'HTTPS://elsewhere.example:8443']) {
          const path = `${origin}/api/v1/apikey?search=key?x?y`;
          const { status, headers } = await sendRaw(service.url, { path, headers: credentials });
          expect(status).toBe(200);
          expect(linksOf(headers)['first']).toBe('/api/v1/apikey?search=key%3Fx%3Fy&page=1&limit=50');
        }
      });

      it('200: {total, data} for both page and limit, the rows alone for one of them', async () => {
        const { body } = await workspace.operator.get('/apikey?page=3&limit=3').expect(200);
        expect(body.total).toBe(7);
        expect(body.data.map(({ keyName }: Key) => keyName)).toEqual(newestFirst.slice(6));
        expect(await names(workspace, 'page=1')).toEqual(newestFirst);
        expect(await names(workspace, 'limit=2')).toEqual(newestFirst.slice(0, 2));
      });

      it('200: nothing beyond the last page', async () => {
        const { body, headers } = await workspace.operator.get('/apikey?page=1000000&limit=200').expect(200);
        expect(body).toEqual({ total: 7, data: [] });
        expect(linksOf(headers)['prev']).toBe('/api/v1/apikey?page=1&limit=200');
      });

      it('200: an empty workspace', async () => {
        const empty = await createWorkspace(service);
        const { body, headers } = await empty.operator.get('/apikey').expect(200);
        expect(body).toEqual([]);
        expect(headers.get('x-total-count')).toBe('0');
        expect(linksOf(headers)['last']).toBe('/api/v1/apikey?page=1&limit=50');
      });
    });

    describe('search', () => {
      let workspace: WorkspaceFixture;
      const all = [
        '100% sure',
        '100 percent',
        'snake_case',
        'snakeXcase',
        String.raw`back\slash`,
        'École',
        "O'Hara",
        '"x"',
      ];

      beforeAll(async () => {
        workspace = await createWorkspace(service);
        for (const name of all) await create(workspace, name);
      });

      it.each([
        ['100', ['100% sure', '100 percent']],
        ['10', ['100% sure', '100 percent']],
        ['00', []],
        ['100 per', ['100 percent']],
        ['per 100', ['100 percent']],
        ['100%sure', ['100% sure']],
        ['snake', ['snake_case', 'snakeXcase']],
        ['SNAKE', ['snake_case', 'snakeXcase']],
        ['cas', ['snake_case']],
        ['snake_c', ['snake_case']],
        ['SLASH', [String.raw`back\slash`]],
        ['ash', []],
        ['École', ['École']],
        ['éCOLE', ['École']],
        ['e\u0301c', ['École']],
        ['cole', []],
        ['ecole', []],
        ['hara', ["O'Hara"]],
        ["o'h", ["O'Hara"]],
        ['x', ['"x"']],
        ["' OR 1=1 --", []],
        ["x%' OR '1'='1", []],
        ["'; DROP TABLE latchkey_api_keys; --", []],
        [':pattern', []],
        ['$1', ['100% sure', '100 percent']],
        // Without a word.
        ['%', []],
        ['_', []],
        ["'", []],
        ['?', []],
        [' ', []],
      ])('200: %p finds %p', async (search, found) => {
        const answer = await names(workspace, `search=${encodeURIComponent(search)}&sort=createdDate`);
        expect(answer).toEqual(found);
        const { headers } = await workspace.operator.get(`/apikey?search=${encodeURIComponent(search)}`).expect(200);
        expect(headers.get('x-total-count')).toBe(String(found.length));
      });

      it('leaves every key where it was', async () => {
        expect((await names(workspace, 'sort=createdDate')).sort()).toEqual([...all].sort());
      });
    });

    describe('status and order', () => {
      let workspace: WorkspaceFixture;

      // Three keys whose names, dates and ends sort differently, and one of each state.
      beforeAll(async () => {
        workspace = await createWorkspace(service);
        const b = await create(workspace, 'b', { expiresInSeconds: 7200 });
        service.advance(1000);
        const c = await create(workspace, 'c', { expiresInSeconds: 1800 });
        service.advance(1000);
        const a = await create(workspace, 'a');
        service.advance(1000);
        await workspace.operator.patch(`/apikey/${b.id}`, { enabled: false }).expect(200);
        service.advance(1000);
        await workspace.operator.patch(`/apikey/${c.id}`, { description: 'x' }).expect(200);
        service.advance(HOUR_MS);
        expect([a, b, c]).toHaveLength(3);
      });

      it.each([
        ['active', ['a']],
        ['disabled', ['b']],
        ['expired', ['c']],
      ])('200: only the %s ones', async (status, found) => {
        const { body } = await workspace.operator.get(`/apikey?status=${status}`).expect(200);
        expect(body.map(({ keyName }: Key) => keyName)).toEqual(found);
        expect(body.map((key: { status: string }) => key.status)).toEqual([status]);
      });

      it('200: a disabled key stays disabled when it has expired too', async () => {
        const key = await create(workspace, 'd', { expiresInSeconds: 1 });
        await workspace.operator.patch(`/apikey/${key.id}`, { enabled: false }).expect(200);
        service.advance(2000);
        expect(await names(workspace, 'status=expired')).toEqual(['c']);
        expect(await names(workspace, 'status=disabled&sort=keyName')).toEqual(['b', 'd']);
        await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
      });

      it.each([
        ['keyName', ['a', 'b', 'c']],
        ['-keyName', ['c', 'b', 'a']],
        ['createdDate', ['b', 'c', 'a']],
        ['-createdDate', ['a', 'c', 'b']],
        ['updatedDate', ['a', 'b', 'c']],
        ['-updatedDate', ['c', 'b', 'a']],
        // Those without an end stand last either way.
        ['expirationDate', ['c', 'b', 'a']],
        ['-expirationDate', ['b', 'c', 'a']],
        ['lastUsedDate', ['b', 'c', 'a']],
        ['-lastUsedDate', ['a', 'c', 'b']],
      ])('200: sorted by %s', async (sort, found) => {
        expect(await names(workspace, `sort=${sort}`)).toEqual(found);
      });

      it('200: sorted and filtered together', async () => {
        expect(await names(workspace, 'sort=-keyName&status=active&search=A')).toEqual(['a']);
      });
    });

    it('401: without a key', async () => {
      await service.anonymous.get('/apikey').expect(401, 'auth.unauthenticated');
    });

    it('403: names the missing permission', async () => {
      const workspace = await createWorkspace(service);
      const { client } = await workspace.keyWith('apikeys:create');
      const { body } = await client.get('/apikey').expect(403, 'auth.permission_denied');
      expect(body.message).toContain('apikeys:view');
    });

    it('404: a key names a workspace that is not its own', async () => {
      const { client } = await (await createWorkspace(service)).keyWith('apikeys:view');
      await client
        .in((await createWorkspace(service)).id)
        .get('/apikey')
        .expect(404, 'workspace.not_found');
      await client.in('*').get('/apikey').expect(404, 'workspace.not_found');
    });

    it('412: the operator names no workspace, or all of them', async () => {
      await service.operator.get(`/apikey?search=${uniqueName('x')}`).expect(412, 'workspace.required');
      await service.operator.in('*').get('/apikey').expect(412, 'workspace.required');
    });

    it('404: the operator names a workspace that there is not', async () => {
      await service.operator.in('not-a-uuid').get('/apikey').expect(404, 'workspace.not_found');
    });
  });
});

function linksOf(headers: Headers): Record<string, string> {
  const links = (headers.get('link') ?? '').matchAll(/<([^>]*)>; rel="([a-z]+)"/g);
  return Object.fromEntries([...links].map(([, target, rel]) => [rel, target]));
}
