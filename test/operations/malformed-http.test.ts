import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Body } from '../support/client.js';
import { startService, type RunningService } from '../support/service.js';

describe('HTTP that no route gets to see', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('sqlite');
  });

  afterAll(() => service.stop());

  /** Sends bytes and returns all that comes back until the service closes the connection. */
  const exchange = async (bytes: string): Promise<{ head: string; body: Body }> => {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n', 2);
    return { head, body: JSON.parse(body) };
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
    ['no HTTP at all', 'HELO mail.example.com\r\n\r\n', 400, 'request.invalid'],
    ['a header without a name', request(': nameless'), 400, 'request.invalid'],
    ['two lengths of one body', request('Content-Length: 1', 'Content-Length: 2'), 400, 'request.invalid'],
    ['a length and chunks', request('Content-Length: 1', 'Transfer-Encoding: chunked'), 400, 'request.invalid'],
    ['a broken escape in the path', request().replace('permission', '%zz'), 400, 'request.invalid'],
  ])('%s', async (_, bytes, status, code) => {
    const { head, body } = await exchange(bytes);

    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(body).toMatchObject({ statusCode: status, success: false, code });
    expect(typeof body.message).toBe('string');
    expect(head.toLowerCase()).toContain(`x-request-id: ${body.requestId}`);
    expect(head.toLowerCase()).toContain('connection: close');
  });

  it('goes on serving others', async () => {
    await exchange('nonsense\r\n\r\n');
    await service.anonymous.get('//health/live').expect(200);
  });
});
