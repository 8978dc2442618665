import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Body } from '../support/client.js';
import { startService, type RunningService } from '../support/service.js';

describe('HTTP that no route gets to see', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('sqlite', { LATCHKEY_DOCS: 'on' });
  });

  afterAll(() => service.stop());

  /** Sends bytes and returns all that comes back until the service closes the connection. */
  const answerTo = async (bytes: string): Promise<{ head: string; rest: string }> => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const [head = '', rest = ''] = (await text(socket)).split('\r\n\r\n', 2);
    return { head, rest };
  };

  const exchange = async (bytes: string): Promise<{ head: string; body: Body }> => {
    const { head, rest } = await answerTo(bytes);
    return { head, body: JSON.parse(rest) };
  };

  const request = (...lines: string[]): string =>
    ['GET /api/v1/permission HTTP/1.1', 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n');

  it.each([
    ['one header that is too large', request(`X-Large: ${'x'.repeat(20_000)}`), 431, 'request.headers_too_large'],
    [
      'a flood of headers',
      request(...Array.from({ length: 2000 }, (_, number) => `X-${number}: x`.padEnd(20, 'x'))),
      431,
      'request.headers_too_large',
    ],
    [
      'a thousand small headers',
      request(...Array.from({ length: 1000 }, () => 'a:b')),
      431,
      'request.headers_too_large',
    ],
    [
      'a thousand small headers for the short way of /verify',
      request('Content-Type: application/json', 'Content-Length: 14', ...Array.from({ length: 1000 }, () => 'a:b'))
        .replace('GET /api/v1/permission', 'POST /api/v1/verify')
        .concat('{"apiKey":"x"}'),
      431,
      'request.headers_too_large',
    ],
    [
      'a query that is too long',
      request().replace('permission', `permission?a=${'x'.repeat(20_000)}`),
      431,
      'request.headers_too_large',
    ],
    ['no HTTP at all', 'HELO mail.example.com\r\n\r\n', 400, 'request.invalid'],
    ['no Host', request().replace('Host: x', 'Accept: */*'), 400, 'request.invalid'],
    ['a header without a name', request(': nameless'), 400, 'request.invalid'],
    ['two lengths of one body', request('Content-Length: 1', 'Content-Length: 2'), 400, 'request.invalid'],
    ['a length and chunks', request('Content-Length: 1', 'Transfer-Encoding: chunked'), 400, 'request.invalid'],
    ['a broken escape in the path', request().replace('permission', '%zz'), 400, 'request.invalid'],
    ['CONNECT', request().replace('GET', 'CONNECT'), 404, 'route.not_found'],
    ['an Expect that nobody knows', request('Expect: tea'), 417, 'request.expectation_failed'],
  ])('%s', async (_, bytes, status, code) => {
    const { head, body } = await exchange(bytes);

    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(body).toMatchObject({ statusCode: status, success: false, code });
    expect(typeof body.message).toBe('string');
    expect(head.toLowerCase()).toContain(`x-request-id: ${body.requestId}`);
    expect(head.toLowerCase()).toContain('connection: close');
  });

  it('408: a connection on which nothing, or only the beginning of a request, comes for 10 s', async () => {
    const began = performance.now();
    const answers = await Promise.all(['', 'GET /health/live HTTP/1.1\r\nHost: x\r\n'].map(exchange));

    for (const { head, body } of answers) {
      expect(head).toMatch(/^HTTP\/1\.1 408 /);
      expect(body).toMatchObject({ statusCode: 408, code: 'request.timeout' });
    }
    // Node's own limit is 60 s, and it looks every 30.
    expect(performance.now() - began).toBeLessThan(30_000);
  });

  it('says what is missing where there is no Host, and of no body that it is malformed', async () => {
    const { body } = await exchange(request().replace('Host: x', 'Accept: */*'));
    expect(body.details).toEqual([{ field: 'Host', message: 'A request by HTTP/1.1 needs the header Host.' }]);
    const query = await exchange(request().replace('GET', 'QUERY'));
    expect(query.body.message).not.toContain('body');
  });

  const line = (method: string, target: string, ...lines: string[]): string =>
    [`${method} ${target} HTTP/1.1`, 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n');

  it.each([
    ['/docs/../x', [], 404, 'route.not_found'],
    ['/docs/%2e%2e/x', [], 404, 'route.not_found'],
    ['/docs/..%5c..%5cpackage.json', [], 404, 'route.not_found'],
    ['/docs/%00', [], 404, 'route.not_found'],
    ['/docs//', [], 404, 'route.not_found'],
    ['/docs-json/', [], 404, 'route.not_found'],
    ['/%64ocs-yaml', [], 404, 'route.not_found'],
    ['/%64ocs', [], 404, 'route.not_found'],
    ['/%64ocs/swagger-ui.css', [], 404, 'route.not_found'],
    ['/docs/swagger-ui.css', ['Range: bytes=999999999-'], 416, 'request.range_not_satisfiable'],
    ['/docs/swagger-ui.css', ['Range: bytes=a-b'], 416, 'request.range_not_satisfiable'],
    ['/docs/swagger-ui.css', ['If-Match: "x"'], 412, 'request.precondition_failed'],
    [
      '/docs/swagger-ui.css',
      ['If-Unmodified-Since: Thu, 01 Jan 1970 00:00:00 GMT'],
      412,
      'request.precondition_failed',
    ],
  ])('GET %s with %j', async (target, lines, status, code) => {
    const { head, body } = await exchange(line('GET', target, ...lines));
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(body).toMatchObject({ statusCode: status, success: false, code });
  });

  it('a fault of the caller is never one of the service, whatever the request line', async () => {
    const piece = fc.constantFrom(
      ...['/', '//', '..', '.', '%2e%2e', '%2f', '%5c', '%00', '%', '%zz', '%ff', '\\', ';', '?', '#', '*', '~', '@'],
      ...['docs', 'docs-json', 'api', '%61pi', 'v1', 'apikey', 'verify', 'metrics', 'health', 'live', 'swagger-ui.css'],
      'http://x',
    );
    const target = fc.array(piece, { maxLength: 8 }).map((pieces) => `/${pieces.join('')}`);
    const method = fc.constantFrom(
      'GET',
      'GET',
      'GET',
      'HEAD',
      'POST',
      'OPTIONS',
      'TRACE',
      'PROPFIND',
      'DELETE',
      'FOO',
    );
    const header = fc.constantFrom('X: y', 'Range: bytes=5-1', 'If-Match: "x"', 'Accept: */*', 'Expect: 100-continue');
    await fc.assert(
      fc.asyncProperty(
        method,
        fc.oneof(target, fc.constantFrom('*', 'http://x/docs/../x', `/${'a/'.repeat(4000)}`)),
        header,
        async (name, path, extra) => {
          const { head } = await answerTo(line(name, path, extra));
          const [, status = ''] = /^HTTP\/1\.1 (\d+)/.exec(head.replace(/^HTTP\/1\.1 100 .*\s+/, '')) ?? [];
          expect(Number(status)).toBeGreaterThanOrEqual(100);
          expect(Number(status)).toBeLessThan(500);
        },
      ),
      { numRuns: 400 },
    );
  });

  it.each([
    '/%61pi/v1/permission',
    'http://x/api/v1/permission',
    '/api/v1/permission',
    '/%61pi/v1/none',
    '/%zz',
    '/none',
  ])('keeps %s out of caches', async (target) => {
    const { head } = await exchange(line('GET', target));
    expect(head.toLowerCase()).toContain('cache-control: no-store');
    expect(head.toLowerCase()).toContain('x-content-type-options: nosniff');
  });

  it.each(['/metrics', '/health/live', '/health/ready'])('answers %s at that path alone', async (path) => {
    expect((await answerTo(line('GET', path))).head).toContain(' 200 ');
    expect((await answerTo(line('GET', `${path}?x=y`))).head).toContain(' 200 ');
    const encoded = `/%${path.charCodeAt(1).toString(16)}${path.slice(2)}`;
    for (const other of [
      `${path}/`,
      `${path}//`,
      `/${path}`,
      encoded,
      `/.${path}`,
      path.toUpperCase(),
      `http://x${path}`,
    ]) {
      const { head, body } = await exchange(line('GET', other));
      expect(head).toContain(' 404 ');
      expect(body.code).toBe('route.not_found');
    }
  });

  it('goes on serving others', async () => {
    await exchange('nonsense\r\n\r\n');
    await service.anonymous.get('//health/live').expect(200);
  });
});
