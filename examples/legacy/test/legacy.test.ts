import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import request from 'supertest';
import { AppModule } from '../src/app.module';
import { addFirstUsers } from '../src/first-users';
import { setUp } from '../src/set-up';

let folder: string;
let app: INestApplication<Server>;
let alice: string;
let bob: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'legacy-'));
  app = await NestFactory.create(AppModule.forRoot(join(folder, 'legacy.db')), { logger: ['fatal'] });
  setUp(app);
  await app.init();
  const { password = '' } = (await addFirstUsers(app)) ?? {};
  alice = await logIn('alice', password);
  bob = await logIn('bob', password);
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

async function logIn(name: string, password: string): Promise<string> {
  const { body } = await call('post', '/v1/login').send({ name, password }).expect(200);
  return body.token;
}

/** @param credential a user's token or an API key */
function call(method: 'get' | 'post' | 'delete', path: string, credential?: string): request.Test {
  const asked = request(app.getHttpServer())[method](`/api${path}`);
  return credential ? asked.set('Authorization', `Bearer ${credential}`) : asked;
}

async function createKey(permissions: string[]): Promise<{ id: string; apiKey: string }> {
  const { body } = await call('post', '/latchkey/apikey', alice)
    .send({ keyName: randomUUID(), permissions })
    .expect(201);
  return body;
}

async function actionsOn(id: string): Promise<string[]> {
  const { body } = await call('get', `/latchkey/audit?targetId=${id}`, alice).expect(200);
  return body.data.map(
    ({ action, actor }: { action: string; actor: { display: string } }) => `${actor.display}: ${action}`,
  );
}

describe('routes for users', () => {
  it('200: with a token, as before', async () => {
    await call('get', '/v1/reports', bob).expect(200, { preparedFor: 'bob' });
  });

  it('401: without one, and with a key', async () => {
    const { apiKey } = await createKey(['*']);

    await call('get', '/v1/reports').expect(401);
    await call('get', '/v1/reports', apiKey).expect(401);
  });

  it('400: the strict pipe refuses unknown fields, as before', async () => {
    await call('post', '/v1/login').send({ name: 'bob', password: 'x', remember: true }).expect(400);
  });
});

describe('routes for users and keys', () => {
  it('200: with a key that may', async () => {
    const { apiKey } = await createKey(['invoices:view']);

    const { body } = await call('get', '/v1/invoices', apiKey).expect(200);

    expect(body).toContainEqual(expect.objectContaining({ customer: 'Acme' }));
  });

  it('200: with the token of a user who may', async () => {
    await call('get', '/v1/invoices', bob).expect(200);
  });

  it('401: without either', async () => {
    await call('get', '/v1/invoices').expect(401);
    await call('get', '/v1/invoices', 'not.a.token').expect(401);
  });

  it('403: with a key that may not, and as a user who may not', async () => {
    const { apiKey } = await createKey(['invoices:view']);
    const cancellation = { ids: [1], reason: 'Wrong' };

    const { body } = await call('post', '/v1/invoices/cancel', apiKey).send(cancellation).expect(403);

    expect(body.message).toContain('invoices:cancel');
    await call('post', '/v1/invoices/cancel', bob).send(cancellation).expect(403);
  });
});

describe('keys', () => {
  it('are made by users, with no more than they may themselves', async () => {
    const { body } = await call('post', '/latchkey/apikey', bob)
      .send({ keyName: 'Too much', permissions: ['invoices:cancel'] })
      .expect(403);

    expect(body.message).toContain('apikeys:create');
  });

  it('401: from the moment they are deleted, and the trail says who did it', async () => {
    const { id, apiKey } = await createKey(['invoices:view']);
    await call('get', '/v1/invoices', apiKey).expect(200);

    await call('delete', `/latchkey/apikey/${id}`, alice).expect(200);

    await call('get', '/v1/invoices', apiKey).expect(401);
    expect(await actionsOn(id)).toEqual(['anonymous: auth.failed', 'alice: apikey.deleted', 'alice: apikey.created']);
  });
});

describe('cancelling invoices', () => {
  it('is on the trail', async () => {
    await call('post', '/v1/invoices/cancel', alice)
      .send({ ids: [1], reason: 'Sent twice' })
      .expect(204);

    expect(await actionsOn('1')).toEqual(['alice: invoice.cancelled']);
  });

  it('409: cancels all or none, and none is on the trail', async () => {
    await call('post', '/v1/invoices/cancel', alice)
      .send({ ids: [2, 99], reason: 'Wrong' })
      .expect(409);

    const { body } = await call('get', '/v1/invoices', alice);
    expect(body).toContainEqual(expect.objectContaining({ id: 2, cancelled: false }));
    expect(await actionsOn('2')).toEqual([]);
  });
});
