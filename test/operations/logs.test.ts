import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import type { Body } from '../support/client.js';
import { startChildService, type ChildService } from '../support/child-service.js';
import { forEachStore } from '../support/stores.js';

const TOKEN = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJzb21lYm9keSJ9.c2lnbmF0dXJl';

describe('Logs in JSON', () => {
  forEachStore((kind) => {
    let service: ChildService;
    const secret = generateKey('lk');
    let issued: string;
    let keyId: string;
    let workspaceId: string;
    let lines: Body[];
    let output: string;

    beforeAll(async () => {
      service = await startChildService(kind, { LOG_LEVEL: 'trace' });
      const { operator, anonymous, operatorKey } = service;
      const { body: workspace } = await operator.post('/workspace', { name: 'Acme' }).expect(201);
      workspaceId = String(workspace.id);
      const inside = operator.in(workspaceId);
      const created = await inside
        .post('/apikey', { keyName: 'Worker', permissions: ['apikeys:verify'] }, { 'x-request-id': 'my-own.request_1' })
        .expect(201);
      issued = String(created.body.apiKey);
      keyId = String(created.body.id);
      for (const probe of ['//health/live', '//health/ready', '//metrics']) await anonymous.get(probe).expect(200);
      await anonymous.get('/me', { 'x-request-id': 'by-nobody-1' }).expect(401);
      await anonymous.as(issued).get('/me', { 'x-request-id': 'by-a-key-1' }).expect(200);
      await anonymous.as(issued).post('/verify', { apiKey: secret }, { 'x-request-id': 'verifying-1' }).expect(200);
      for (const credential of [secret, issued, operatorKey, TOKEN]) {
        await anonymous.as(credential).get('/apikey');
        await anonymous.get(`/apikey/${credential}?apiKey=${credential}`, {
          'user-agent': `curl ${credential}`,
          referer: `https://example.com/${credential}`,
          cookie: `key=${credential}`,
          'x-request-id': credential,
        });
        await anonymous.get(`//${credential}`);
        await inside.get(`/apikey/${credential}?search=${credential}`, { 'x-api-key': operatorKey });
        await inside.post('/apikey', { keyName: credential, permissions: [credential], [credential]: credential });
        await inside.send('POST', '/apikey', {
          raw: `{"${credential}`,
          headers: { 'content-type': 'application/json' },
        });
      }
      service.child.signal('SIGTERM');
      const { stdout, stderr } = await service.child.ended;
      output = stdout + stderr;
      lines = output
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    });

    afterAll(() => service.dispose());

    it('are one object a line, each with a level, a time and a message', () => {
      expect(lines.length).toBeGreaterThan(20);
      for (const line of lines) {
        expect(line).toMatchObject({ level: expect.any(Number), time: expect.any(Number), msg: expect.any(String) });
      }
    });

    it('tell each request by its id, method, route and status', () => {
      expect(lines.find(({ requestId }) => requestId === 'my-own.request_1')).toMatchObject({
        msg: 'request',
        method: 'POST',
        route: '/api/v1/apikey',
        statusCode: 201,
        ms: expect.any(Number),
        actor: { type: 'operator', id: expect.any(String) },
        workspaceId,
      });
      const requests = lines.filter(({ msg }) => msg === 'request');
      expect(requests.filter(({ statusCode }) => statusCode === 401).length).toBeGreaterThan(4);
      expect(requests.filter(({ route }) => route === '/api/v1/apikey/:id').length).toBeGreaterThan(4);
    });

    it('tell who was accepted, where they act, and from where', () => {
      const of = (requestId: string) => {
        const { actor, workspaceId: where, ip } = lines.find((line) => line.requestId === requestId);
        return { actor, where, ip };
      };
      const key = { type: 'apikey', id: keyId };
      expect(of('by-a-key-1')).toEqual({ actor: key, where: workspaceId, ip: '127.0.0.1' });
      expect(of('verifying-1')).toEqual({ actor: key, where: workspaceId, ip: '127.0.0.1' });
      expect(of('by-nobody-1')).toEqual({
        actor: { type: 'anonymous', id: 'anonymous' },
        where: null,
        ip: '127.0.0.1',
      });
    });

    it('tell of probes only at debug while all is well', () => {
      const probes = lines.filter(({ route }) => ['/health/live', '/health/ready', '/metrics'].includes(route));
      expect(probes.map(({ level }) => level)).toEqual([20, 20, 20]);
      expect(lines.find(({ requestId }) => requestId === 'by-a-key-1').level).toBe(30);
    });

    it('hold no credential, wherever a caller put it', () => {
      for (const credential of [secret, issued, service.operatorKey, TOKEN]) expect(output).not.toContain(credential);
    });
  });
});

describe('X-Request-Id', () => {
  let service: ChildService;

  beforeAll(async () => {
    service = await startChildService('sqlite');
  });

  afterAll(() => service.dispose());

  const answered = async (requestId: string): Promise<string | null> =>
    (await service.anonymous.get('//health/live', { 'x-request-id': requestId })).headers.get('x-request-id');

  it.each(['12345678', 'a.b_c-D9', 'x'.repeat(128)])('is kept: %s', async (requestId) => {
    expect(await answered(requestId)).toBe(requestId);
  });

  it.each(['1234567', 'x'.repeat(129), 'with space', 'semi;colon', 'ü'.repeat(8), generateKey('lk')])(
    'is replaced: %s',
    async (requestId) => {
      expect(await answered(requestId)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    },
  );
});
