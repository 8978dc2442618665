import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createWorkspace, startService, type RunningService } from '../support/service.js';

/** The client holds each answer against the document; these are the answers that are easily forgotten there. */
describe('answers from around the routes are documented', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('sqlite', { LATCHKEY_DOCS: 'on' });
  });

  afterAll(() => service.stop());

  const DOCUMENTED = '/apikey/{id}';

  const documentedFor = async (method: string, status: number) => {
    const { body } = await service.anonymous.get('//docs-json').expect(200);
    const { headers = {} } = body.paths[`/api/v1${DOCUMENTED}`][method].responses[status];
    return Object.keys(headers);
  };

  it('400: a path with a malformed escape', async () => {
    await service.anonymous.get('/apikey/%zz').expect(400, 'request.invalid');
  });

  it('413 and 415: a body on a delete', async () => {
    const { operator } = await createWorkspace(service);
    const json = { 'content-type': 'application/json' };
    await operator.send('DELETE', '/apikey/x', { raw: 'x'.repeat(70_000), headers: json }).expect(413);
    await operator.send('DELETE', '/apikey/x', { raw: 'x', headers: { 'content-type': 'text/plain' } }).expect(415);
  });

  it('414: an endless id', async () => {
    await service.anonymous.get(`/apikey/${'1'.repeat(3000)}`).expect(414, 'request.uri_too_long');
  });

  it('431: endless headers', async () => {
    await service.anonymous.get('/apikey/x', { 'x-much': 'x'.repeat(20_000) }).expect(431, 'request.headers_too_large');
  });

  it('429: with the headers that the document names', async () => {
    const { operator } = await createWorkspace(service);
    const body = { keyName: 'Slow', permissions: ['*'], rateLimit: { limit: 1, windowSeconds: 60 } };
    const key = service.operator.as((await operator.post('/apikey', body).expect(201)).body.apiKey);
    await key.get('/apikey').expect(200);
    const { headers } = await key.get('/apikey').expect(429, 'rate_limit.exceeded');
    for (const name of await documentedFor('get', 429))
      expect([name, headers.get(name)]).toEqual([name, expect.any(String)]);
  });

  it('401: with the headers that the document names', async () => {
    const { headers } = await service.anonymous.get('/apikey').expect(401);
    for (const name of await documentedFor('get', 401))
      expect([name, headers.get(name)]).toEqual([name, expect.any(String)]);
  });

  it('403: with the headers that the document names', async () => {
    const key = await (await createWorkspace(service)).keyWith('auditLogs:view');
    const { headers } = await key.client.get('/apikey').expect(403, 'auth.permission_denied');
    const names = await documentedFor('get', 403);
    expect(names).toContain('WWW-Authenticate');
    for (const name of names) expect([name, headers.get(name)]).toEqual([name, expect.any(String)]);
  });

  it('503: not ready while the service stops, with the headers that the document names', async () => {
    const { body: document } = await service.anonymous.get('//docs-json').expect(200);
    const names = Object.keys(document.paths['/health/ready'].get.responses[503].headers);
    void service.drain.stop(60_000);
    const { headers } = await service.anonymous.get('//health/ready').expect(503, 'service.stopping');
    expect(names).toContain('Retry-After');
    for (const name of names) expect([name, headers.get(name)]).toEqual([name, expect.any(String)]);
    for (const path of ['//health/live', '//metrics']) await service.anonymous.get(path).expect(200);
  });
});
