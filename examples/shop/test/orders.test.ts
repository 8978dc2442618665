import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLatchkeyClient, unwrap, type ApiKey, type AuditRecord, type LatchkeyClient } from '@latchkey/client';
import { Payments } from '../src/orders/payments.js';
import { startShop, type Shop } from './shop.js';

const TEAPOT = { article: 'Teapot', priceInCents: 2995 };

let shop: Shop;
let latchkey: LatchkeyClient;
let clerk: ApiKey;

beforeAll(async () => {
  shop = await startShop();
  latchkey = createLatchkeyClient({ baseUrl: `${shop.url}/latchkey`, apiKey: shop.key });
  clerk = await createKey('Clerk', ['orders:view', 'orders:create']);
});

afterAll(() => shop.stop());

async function call(method: string, path: string, key?: string, body?: object): Promise<{ status: number; body: any }> {
  const response = await fetch(shop.url + path, {
    method,
    headers: { ...(key && { Authorization: `Bearer ${key}` }), ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.json() };
}

async function createKey(keyName: string, permissions: string[]): Promise<ApiKey> {
  return unwrap(await latchkey.POST('/apikey', { body: { keyName, permissions } }));
}

async function takeOrder(): Promise<string> {
  const { body } = await call('POST', '/orders', clerk.apiKey, TEAPOT);
  return body.id;
}

async function recordsOf(targetId: string): Promise<AuditRecord[]> {
  const { data } = unwrap(await latchkey.GET('/audit', { params: { query: { targetId } } }));
  return data;
}

describe('orders', () => {
  it('201 and 200: a key that may takes and sees them', async () => {
    const { status, body: order } = await call('POST', '/orders', clerk.apiKey, TEAPOT);

    expect(status).toBe(201);
    expect(order).toMatchObject({ ...TEAPOT, status: 'paid' });
    expect((await call('GET', '/orders', clerk.apiKey)).body).toContainEqual(order);
  });

  it('400: a field that there is not', async () => {
    expect((await call('POST', '/orders', clerk.apiKey, { ...TEAPOT, discount: 1 })).status).toBe(400);
  });

  it('401: no key', async () => {
    expect(await call('GET', '/orders')).toMatchObject({ status: 401, body: { code: 'auth.unauthenticated' } });
  });

  it('403: a key that may not, and it is told what it lacks', async () => {
    const { status, body } = await call('POST', `/orders/${await takeOrder()}/refund`, clerk.apiKey, {
      reason: 'Broken',
    });

    expect(status).toBe(403);
    expect(body.message).toContain('orders:refund');
  });

  it('401: a key from the moment it is deleted', async () => {
    const { id, apiKey } = await createKey('Leaked', ['orders:view']);
    expect((await call('GET', '/orders', apiKey)).status).toBe(200);

    await latchkey.DELETE('/apikey/{id}', { params: { path: { id }, query: { reason: 'Found in a repository' } } });

    expect((await call('GET', '/orders', apiKey)).status).toBe(401);
  });
});

describe('a refund', () => {
  it('is on the trail: who, what and why', async () => {
    const id = await takeOrder();

    const { status, body } = await call('POST', `/orders/${id}/refund`, shop.key, { reason: 'It arrived in pieces.' });

    expect(status).toBe(200);
    expect(body.status).toBe('refunded');
    expect(await recordsOf(id)).toMatchObject([
      {
        action: 'order.refunded',
        actor: { type: 'apikey', display: 'First key' },
        targets: [{ type: 'order', id, display: 'Teapot' }],
        changes: [{ field: 'status', before: 'paid', after: 'refunded' }],
        reason: 'It arrived in pieces.',
      },
    ]);
  });

  it('is not, and has not been, if the payment provider refuses', async () => {
    const id = await takeOrder();
    jest.spyOn(shop.app.get(Payments), 'payBack').mockRejectedValueOnce(new Error('Refused.'));

    const { status } = await call('POST', `/orders/${id}/refund`, shop.key, { reason: 'Broken' });

    expect(status).toBe(500);
    expect(await recordsOf(id)).toEqual([]);
    const { body: orders } = await call('GET', '/orders', shop.key);
    expect(orders).toContainEqual(expect.objectContaining({ id, status: 'paid' }));
  });

  it('409: is there once', async () => {
    const id = await takeOrder();
    await call('POST', `/orders/${id}/refund`, shop.key, { reason: 'Broken' });

    expect((await call('POST', `/orders/${id}/refund`, shop.key, { reason: 'Again' })).status).toBe(409);
    expect(await recordsOf(id)).toHaveLength(1);
  });
});

describe('the OpenAPI document', () => {
  it('has the routes of the shop and of Latchkey', async () => {
    const { body } = await call('GET', '/docs-json');

    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/orders', '/latchkey/apikey', '/latchkey/audit']));
    expect(body.paths['/orders'].get.security).toEqual(expect.arrayContaining([{ bearer: [] }]));
  });

  it('is shown', async () => {
    expect((await fetch(`${shop.url}/docs`)).status).toBe(200);
  });
});
