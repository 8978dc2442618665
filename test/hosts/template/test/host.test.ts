import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { ApiKeysService, Principal, WorkspacesService } from 'latchkey';
import type { Schema } from '../src/app.module.js';
import { createApp } from '../src/create-app.js';
import { createDatabase, type TestDatabase } from '../src/database.js';

interface Answer {
  status: number;
  headers: Headers;
  body: any;
}

describe.each<Schema>(['migrations', 'synchronize'])('a host with %s', (schema) => {
  let database: TestDatabase;
  let app: INestApplication;
  let url: string;
  let workspaceId: string;
  let admin: string;
  let viewer: string;

  beforeAll(async () => {
    database = await createDatabase();
    app = await createApp(database.options, schema);
    await app.listen(0, '127.0.0.1');
    url = `${await app.getUrl()}/api`;
    ({ id: workspaceId } = await app.get(WorkspacesService).create(Principal.system('host'), { name: 'Host' }));
    admin = await createKey('admin', ['*']);
    viewer = await createKey('viewer', ['orders:view']);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function createKey(keyName: string, permissions: string[], rest: object = {}): Promise<string> {
    const actor = Principal.system('host', workspaceId);
    const { secret } = await app.get(ApiKeysService).create(actor, { keyName, permissions, ...rest });
    return secret;
  }

  async function call(method: string, path: string, key?: string, body?: object): Promise<Answer> {
    const response = await fetch(url + path, {
      method,
      headers: { ...(key && { Authorization: `Bearer ${key}` }), ...(body && { 'Content-Type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
  }

  async function actions(): Promise<string[]> {
    const { body } = await call('GET', '/security/audit?limit=500', admin);
    return body.data.map(({ action, targets }: any) => `${action} ${targets[0]?.id ?? ''}`.trim());
  }

  describe('routes of the host', () => {
    it('200: with a key that may', async () => {
      const { status, body } = await call('GET', '/orders', viewer);

      expect(status).toBe(200);
      expect(body).toEqual(expect.any(Array));
    });

    it('401: without a key', async () => {
      const { status, body } = await call('GET', '/orders');

      expect(status).toBe(401);
      expect(body).toMatchObject({ statusCode: 401, code: 'auth.unauthenticated' });
    });

    it('403: with a key that may not, and the trail says so', async () => {
      const { status, body } = await call('POST', '/orders', viewer, { article: 'Tea' });

      expect(status).toBe(403);
      expect(body).toMatchObject({ code: 'auth.permission_denied', message: expect.stringContaining('orders:create') });
      expect(await actions()).toContain('auth.denied');
    });

    it('403: where a guarded route declares nothing', async () => {
      expect((await call('GET', '/orders/undeclared', admin)).status).toBe(403);
    });

    it('429: with a key that is used up', async () => {
      const limited = await createKey('limited', ['orders:view'], { rateLimit: { limit: 1, windowSeconds: 3600 } });
      await call('GET', '/orders', limited);

      const { status, headers, body } = await call('GET', '/orders', limited);

      expect(status).toBe(429);
      expect(body.code).toBe('rate_limit.exceeded');
      expect(Number(headers.get('Retry-After'))).toBeGreaterThan(0);
    });

    it('400: the strict pipe of the host still refuses unknown fields', async () => {
      const { status, body } = await call('POST', '/orders', admin, { article: 'Tea', colour: 'green' });

      expect(status).toBe(400);
      expect(body.message).toEqual(['property colour should not exist']);
    });

    it('200: without a key, where they are not guarded', async () => {
      expect(await call('GET', '/plain')).toMatchObject({ status: 200, body: { plain: true } });
    });
  });

  describe('routes of Latchkey', () => {
    it('pass the strict pipe of the host with every field', async () => {
      const key = {
        keyName: 'every field',
        permissions: ['orders:view', 'orders:refund'],
        roles: [],
        description: 'All there is.',
        expiresInSeconds: 3600,
        allowedIps: ['127.0.0.0/8', '::1'],
        rateLimit: { limit: 10, windowSeconds: 60 },
        metadata: { team: { name: 'shop', seats: [1, 2] } },
      };

      const { status, body } = await call('POST', '/security/apikey', admin, key);

      expect(body).toMatchObject({ keyName: 'every field', metadata: key.metadata, rateLimit: key.rateLimit });
      expect(status).toBe(201);
      expect((await call('GET', '/orders', body.apiKey)).status).toBe(200);
    });

    it('refuse with their own body', async () => {
      const { status, body } = await call('POST', '/security/apikey', admin, {
        keyName: 'x',
        permissions: [],
        colour: 1,
      });

      expect(status).toBe(400);
      expect(body).toMatchObject({ success: false, code: 'request.invalid', message: expect.any(String) });
    });

    it('name the permissions of the host', async () => {
      const { body } = await call('GET', '/security/permission', viewer);

      expect(body).toContainEqual(expect.objectContaining({ name: 'orders:refund', description: 'Refund orders.' }));
    });

    it('delete a key that is refused from then on', async () => {
      const { body: key } = await call('POST', '/security/apikey', admin, {
        keyName: 'gone',
        permissions: ['orders:view'],
      });
      expect((await call('GET', '/orders', key.apiKey)).status).toBe(200);

      expect(await call('DELETE', `/security/apikey/${key.id}`, admin)).toMatchObject({
        status: 200,
        body: { affected: 1, raw: [] },
      });

      expect((await call('GET', '/orders', key.apiKey)).status).toBe(401);
      expect(await actions()).toEqual(expect.arrayContaining([`apikey.deleted ${key.id}`, `auth.failed ${key.id}`]));
    });

    it('are nowhere but under their prefix', async () => {
      expect((await call('GET', '/apikey', admin)).status).toBe(404);
    });
  });

  describe('what the host does itself', () => {
    it('is on the trail if its transaction is committed', async () => {
      const { body: order } = await call('POST', '/orders', admin, { article: 'Tea' });

      const { status, body } = await call('POST', `/orders/${order.id}/refund`, admin);

      expect(status).toBe(201);
      expect(await actions()).toContain(`order.refunded ${order.id}`);
      expect((await call('GET', `/security/audit/${body.record}`, admin)).body).toMatchObject({
        action: 'order.refunded',
        actor: { type: 'apikey', display: 'admin' },
        request: { method: 'POST' },
      });
    });

    it('is not if it is rolled back', async () => {
      const { status } = await call('POST', '/orders/987654/refund', admin);

      expect(status).toBe(409);
      expect(await actions()).not.toContain('order.refunded 987654');
    });
  });

  it('ends when it is closed', async () => {
    const another = await createDatabase();
    const closing = await createApp(another.options, schema);
    await closing.listen(0, '127.0.0.1');
    const address = await closing.getUrl();

    await closing.close();

    await expect(fetch(address)).rejects.toThrow('fetch failed');
    await another.drop();
  });
});
