import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from 'node:util';
import {
  createLatchkeyClient,
  LatchkeyApiError,
  readAuditRecords,
  unwrap,
  unwrapPage,
  type AuditRecord,
  type LatchkeyClient,
} from '../../client/src/index.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';

/** What the promise is rejected with. */
const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('the client', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let baseUrl: string;
    let workspaceId: string;
    let latchkey: LatchkeyClient;

    beforeAll(async () => {
      service = await startService(kind);
      baseUrl = `${service.url}/api/v1`;
      workspaceId = (await createWorkspace(service)).id;
      latchkey = createLatchkeyClient({ baseUrl, apiKey: service.operatorKey, workspaceId });
    });

    afterAll(() => service.stop());

    const createKey = async (...permissions: string[]) =>
      unwrap(await latchkey.POST('/apikey', { body: { keyName: uniqueName('Key'), permissions } }));

    const refusalOf = async (call: () => Promise<unknown>) => {
      const error = await rejection(call());
      if (error instanceof LatchkeyApiError) return error;
      throw new Error('The call was not refused.', { cause: error });
    };

    it('creates a key, which is its own credential', async () => {
      const key = await createKey('apikeys:view');

      const me = unwrap(await createLatchkeyClient({ baseUrl, apiKey: key.apiKey }).GET('/me'));

      expect(me).toEqual({
        principal: { type: 'apikey', id: key.id, display: key.keyName },
        workspaceId,
        permissions: ['apikeys:view'],
      });
    });

    it('sends what a route takes in headers, path and query', async () => {
      const created = await latchkey.POST('/apikey', {
        params: { header: { 'Idempotency-Key': `once-${kind}` } },
        body: { keyName: uniqueName('Key'), permissions: ['apikeys:view'] },
      });
      const { id } = unwrap(created);
      const path = { id };
      const stale = { path, header: { 'If-Match': '"7"' } };

      const refusal = await refusalOf(async () => unwrap(await latchkey.DELETE('/apikey/{id}', { params: stale })));
      const params = { path, query: { reason: 'Left in a repository' }, header: { 'If-Match': '"1"' } };
      const deleted = unwrap(await latchkey.DELETE('/apikey/{id}', { params }));

      expect(created.response.headers.get('ETag')).toBe('"1"');
      expect(refusal).toMatchObject({ status: 412, code: 'apikey.version_mismatch' });
      expect(deleted).toEqual({ affected: 1, raw: [] });
    });

    it('lists pages in either form', async () => {
      const empty = (await createWorkspace(service)).id;
      const inside = createLatchkeyClient({ baseUrl, apiKey: service.operatorKey, workspaceId: empty });
      for (const keyName of ['a', 'b', 'c']) await inside.POST('/apikey', { body: { keyName, permissions: ['*'] } });
      const pageOf = async (query: { page?: number; limit?: number }) => {
        const { total, data } = unwrapPage(
          await inside.GET('/apikey', { params: { query: { ...query, sort: 'keyName' } } }),
        );
        return { total, names: data.map(({ keyName }) => keyName) };
      };

      expect(await pageOf({})).toEqual({ total: 3, names: ['a', 'b', 'c'] });
      expect(await pageOf({ limit: 2 })).toEqual({ total: 3, names: ['a', 'b'] });
      expect(await pageOf({ page: 2, limit: 2 })).toEqual({ total: 3, names: ['c'] });
    });

    it('verifies a key, until it is deleted', async () => {
      const { id, keyName, apiKey } = await createKey('apikeys:view');
      const verify = async () => unwrap(await latchkey.POST('/verify', { body: { apiKey } }));

      const before = await verify();
      unwrap(await latchkey.DELETE('/apikey/{id}', { params: { path: { id } } }));
      const after = await verify();

      expect(before.valid ? [before.keyId, before.keyName] : before.code).toEqual([id, keyName]);
      expect(after.valid ? after.keyId : after.code).toBe('deleted');
    });

    it('reads the trail page by page, and exports it as it arrives', async () => {
      const { id } = await createKey('apikeys:view');
      unwrap(await latchkey.PATCH('/apikey/{id}', { params: { path: { id } }, body: { description: 'Naïve ✓' } }));
      unwrap(await latchkey.DELETE('/apikey/{id}', { params: { path: { id } } }));

      const paged: AuditRecord[] = [];
      let cursor: string | undefined;
      do {
        const query = { targetId: id, limit: 1, cursor };
        const page = unwrap(await latchkey.GET('/audit', { params: { query } }));
        paged.push(...page.data);
        cursor = page.nextCursor ?? undefined;
      } while (cursor);
      const exported: AuditRecord[] = [];
      const params = { query: { targetId: id } };
      const answer = await latchkey.GET('/audit/export', { params, parseAs: 'stream' });
      for await (const record of readAuditRecords(unwrap(answer))) exported.push(record);

      expect(exported.map(({ action }) => action)).toEqual(['apikey.created', 'apikey.updated', 'apikey.deleted']);
      expect(exported).toEqual(paged.reverse());
      expect(exported[1]?.changes).toContainEqual({ field: 'description', before: null, after: 'Naïve ✓' });
    });

    it('throws a refusal with its status, code, request and faults', async () => {
      const body = { keyName: '', permissions: ['*'] };
      const headers = { 'X-Request-Id': 'from-the-caller' };

      const answer = await latchkey.POST('/apikey', { body, headers });
      const refusal = await refusalOf(() => Promise.resolve().then(() => unwrap(answer)));

      expect(answer.error?.code).toBe('request.invalid');
      expect(refusal).toMatchObject({
        name: 'LatchkeyApiError',
        message: 'keyName must have 1 to 100 characters.',
        status: 400,
        code: 'request.invalid',
        requestId: 'from-the-caller',
        retryAfterSeconds: undefined,
      });
      expect(refusal.details[0]).toEqual({ field: 'keyName', message: 'keyName must have 1 to 100 characters.' });
    });

    it('says when to try again', async () => {
      const rateLimit = { limit: 1, windowSeconds: 60 };
      const { apiKey } = unwrap(
        await latchkey.POST('/apikey', { body: { keyName: uniqueName('Slow'), permissions: ['*'], rateLimit } }),
      );
      const slow = createLatchkeyClient({ baseUrl, apiKey });
      unwrap(await slow.GET('/me'));

      const refusal = await refusalOf(async () => unwrap(await slow.GET('/me')));

      expect(refusal).toMatchObject({ status: 429, code: 'rate_limit.exceeded' });
      expect(refusal.retryAfterSeconds).toBeGreaterThan(0);
    });

    it('acts in the workspace of its options, or in the one that a call names', async () => {
      const other = (await createWorkspace(service)).id;
      const none = createLatchkeyClient({ baseUrl, apiKey: service.operatorKey });
      const header = { 'X-Workspace-Id': other };

      const refusal = await refusalOf(async () => unwrap(await none.GET('/apikey')));

      expect(refusal).toMatchObject({ status: 412, code: 'workspace.required' });
      expect(unwrap(await none.GET('/me')).workspaceId).toBeNull();
      expect(unwrap(await latchkey.GET('/me')).workspaceId).toBe(workspaceId);
      expect(unwrap(await latchkey.GET('/me', { params: { header } })).workspaceId).toBe(other);
    });

    it('shows the key in no error', async () => {
      const apiKey = generateKey('lk');
      const unknown = createLatchkeyClient({ baseUrl, apiKey });
      const nowhere = createLatchkeyClient({ baseUrl: 'http://127.0.0.1:2', apiKey });

      const errors = await Promise.all([
        refusalOf(async () => unwrap(await unknown.GET('/me'))),
        rejection(nowhere.GET('/me')),
        ...[`${apiKey}\nX`, `${apiKey} `, `${apiKey}…`, ''].map((unsendable) =>
          rejection(Promise.resolve().then(() => createLatchkeyClient({ baseUrl, apiKey: unsendable }))),
        ),
      ]);

      expect(errors[0]).toMatchObject({ status: 401, code: 'auth.unauthenticated' });
      for (const error of errors) {
        expect(String(error)).toMatch(/^\w*Error: /);
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(apiKey);
      }
    });
  });

  const APPLICATION = { workspaceId: 'w', application: 'billing' };
  const APIKEY = generateKey('lk');

  const sentBy = async (baseUrl: string, call: (client: LatchkeyClient) => Promise<unknown>, options = {}) => {
    const requests: Request[] = [];
    const fetch = (request: Request) => {
      requests.push(request);
      return Promise.resolve(Response.json([]));
    };
    await call(createLatchkeyClient({ baseUrl, apiKey: APIKEY, fetch, ...options }));
    return requests[0]!;
  };

  it('sends its key, workspace and application as headers, and the key in no URL', async () => {
    const { url, headers } = await sentBy('https://keys.example/api/v1', (client) => client.GET('/role'), APPLICATION);

    expect(Object.fromEntries(headers)).toEqual({
      authorization: `Bearer ${APIKEY}`,
      'x-workspace-id': 'w',
      'x-application': 'billing',
    });
    expect(url).toBe('https://keys.example/api/v1/role');
  });

  it('sends no header that it was given nothing for', async () => {
    const { headers } = await sentBy('https://keys.example/api/v1', (client) => client.GET('/role'));
    expect([...headers.keys()]).toEqual(['authorization']);
  });

  it.each(['https://shop.example/internal/keys', 'https://shop.example/internal/keys/'])(
    'finds the routes below %s',
    async (baseUrl) => {
      const params = { path: { subject: 'auth0|5f/7c?8' } };
      const { url } = await sentBy(baseUrl, (client) => client.GET('/member/{subject}', { params }));
      expect(url).toBe('https://shop.example/internal/keys/member/auth0%7C5f%2F7c%3F8');
    },
  );

  it.each([
    ['a page of a proxy', new Response('<h1>Bad Gateway</h1>', { status: 502, headers: { 'Retry-After': '3' } })],
    ['an empty answer', new Response(null, { status: 502, headers: { 'Content-Length': '0', 'Retry-After': '3' } })],
    ['an error of somebody else', Response.json({ error: 'no' }, { status: 502, headers: { 'Retry-After': '3' } })],
  ])('tells %s from a refusal of Latchkey', async (_, response) => {
    const fetch = () => Promise.resolve(response);
    const client = createLatchkeyClient({ baseUrl: 'https://keys.example', apiKey: APIKEY, fetch });

    const error = await rejection(client.GET('/me').then(unwrap));

    expect(error).toBeInstanceOf(LatchkeyApiError);
    expect(error).toMatchObject({
      message: 'The answer was 502, and not one of Latchkey.',
      status: 502,
      code: undefined,
      requestId: undefined,
      details: [],
      retryAfterSeconds: 3,
    });
  });
});
