import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { text as readAll } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { sendRaw } from '../support/raw-request.js';
import { createWorkspace, startService, type RunningService, type WorkspaceFixture } from '../support/service.js';
import { rowCounts } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const LIMIT = 64 * 1024;
const MARK = 'tell-tale';

describe('requests that are no good before a field is looked at', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let before: Record<string, number>;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
      before = await rowCounts(service.store);
    });

    afterAll(() => service.stop());

    const send = (method: string, path: string, raw?: string | Uint8Array, headers: Record<string, string> = {}) =>
      sendRaw(service.url, {
        method,
        path,
        ...(raw !== undefined && { body: raw }),
        headers: [
          ['Authorization', `Bearer ${service.operatorKey}`],
          ['X-Workspace-Id', workspace.id],
          ...(raw === undefined || 'content-type' in headers
            ? []
            : [['Content-Type', 'application/json'] as [string, string]]),
          ...Object.entries(headers),
        ],
      });

    const refused = async (answer: ReturnType<typeof send>, status: number, code: string) => {
      const { status: actual, body, text, headers } = await answer;
      expect({ status: actual, code: body?.code }).toEqual({ status, code });
      expect(body).toMatchObject({ statusCode: status, success: false, message: expect.any(String) });
      expect(headers.get('x-request-id')).toBe(body.requestId);
      expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(text).not.toContain(MARK);
      return body;
    };

    it('413: a body over 64 KiB, for every route that takes one; 400: one of just that', async () => {
      const bodyOf = (size: number) => `{"keyName":"${'x'.repeat(size - 14)}"}`;
      expect(Buffer.byteLength(bodyOf(LIMIT))).toBe(LIMIT);
      for (const [method, path] of [
        ['POST', '/api/v1/apikey'],
        ['PUT', `/api/v1/apikey/${workspace.id}`],
        ['PATCH', `/api/v1/apikey/${workspace.id}`],
        ['DELETE', `/api/v1/apikey/${workspace.id}`],
        ['POST', '/api/v1/workspace'],
      ] as const) {
        await refused(send(method, path, bodyOf(LIMIT + 1)), 413, 'request.too_large');
      }
      await refused(send('POST', '/api/v1/apikey', bodyOf(LIMIT)), 400, 'request.invalid');
    });

    it.each([
      'text/plain',
      'application/xml',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/octet-stream',
      'application/jsonp',
      'text/json',
      MARK,
      '*/*',
      '',
    ])('415: content type %p', async (contentType) => {
      const body = JSON.stringify({ keyName: MARK, permissions: ['apikeys:view'] });
      const answer = send('POST', '/api/v1/apikey', body, { 'content-type': contentType });
      await refused(answer, 415, 'request.unsupported_media_type');
    });

    it.each(['gzip', 'br', 'identity, gzip'])('415: a body with Content-Encoding %s, and says so', async (encoding) => {
      const body = gzipSync(JSON.stringify({ keyName: MARK, permissions: ['apikeys:view'] }));
      const { message } = await refused(
        send('POST', '/api/v1/apikey', body, { 'content-encoding': encoding }),
        415,
        'request.unsupported_media_type',
      );
      expect(message).toContain('Content-Encoding');
    });

    it.each(['iso-8859-1', 'utf-16', '"latin1"', 'utf-8; charset=latin1'])('415: charset %s', async (charset) => {
      const body = JSON.stringify({ keyName: MARK, permissions: ['apikeys:view'] });
      const contentType = `application/json; charset=${charset}`;
      const answer = send('POST', '/api/v1/apikey', body, { 'content-type': contentType });
      await refused(answer, 415, 'request.unsupported_media_type');
    });

    it('400: a body that is not UTF-8', async () => {
      const body = JSON.stringify({ keyName: 'Schl\u00fcssel', permissions: ['apikeys:view'] });
      for (const raw of [Buffer.from(body, 'latin1'), Buffer.from(body, 'utf16le'), Buffer.from([0xff])]) {
        const { details } = await refused(send('POST', '/api/v1/apikey', raw), 400, 'request.invalid');
        expect(details[0].field).toBe('body');
      }
    });

    it.each(['[]', 'null', '7'])('400: a body that is JSON, but no object: %s', async (body) => {
      const { message } = await refused(send('POST', '/api/v1/apikey', body), 400, 'request.invalid');
      expect(message).toBe('The body must be a JSON object.');
    });

    it('a replacement character that was meant is no fault', async () => {
      const answer = await send('POST', '/api/v1/apikey', '{"description":"\ufffd","keyName":7}');
      expect(answer).toMatchObject({ status: 400, body: { details: [{ field: 'keyName' }] } });
    });

    it('a byte order mark is no fault', async () => {
      const answer = await send('POST', '/api/v1/apikey', '\ufeff{"keyName":7}');
      expect(answer).toMatchObject({ status: 400, body: { details: [{ field: 'keyName' }] } });
    });

    it('400: a query that is not UTF-8, or whose escapes are none', async () => {
      for (const [method, path, field] of [
        ['DELETE', `/api/v1/apikey/${workspace.id}?reason=Schl%FCssel`, 'reason'],
        ['GET', '/api/v1/apikey?search=100%', 'search'],
        ['GET', '/api/v1/audit?limit=1&action=%c3%28', 'action'],
        ['GET', '/api/v1/me?%ff=1', 'query'],
      ] as const) {
        const { details } = await refused(send(method, path), 400, 'request.invalid');
        expect(details[0].field).toBe(field);
      }
    });

    it('400: a body where none is taken, other than an empty one', async () => {
      const path = `/api/v1/apikey/${workspace.id}`;
      const lost = await refused(send('DELETE', path, '{"reason":"leaked"}'), 400, 'request.invalid');
      expect(lost.message).toContain('?reason=');
      await refused(send('DELETE', path, '[1]'), 400, 'request.invalid');
      await refused(send('DELETE', path, '{"reason"'), 400, 'request.invalid');
      await refused(send('GET', path, 'not json', { 'content-length': '8' }), 400, 'request.invalid');
      await refused(send('GET', '/api/v1/me', '{"a":1}', { 'content-length': '7' }), 400, 'request.invalid');
      for (const nothing of ['', '{}', ' { } ']) {
        await refused(send('DELETE', path, nothing), 404, 'apikey.not_found');
      }
      expect((await send('GET', '/api/v1/me', '{}', { 'content-length': '2' })).status).toBe(200);
    });

    it('400: a body where none is taken comes before a workspace that does not exist', async () => {
      const headers = { 'content-length': '1', 'x-workspace-id': '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11' };
      expect((await send('GET', '/api/v1/role', '1', headers)).status).toBe(400);
    });

    const onOneConnection = async (...requests: string[]): Promise<string> => {
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      socket.write(requests.join(''));
      return readAll(socket);
    };
    const written = (method: string, path: string, lines: readonly string[], body = ''): string => {
      const common = ['Host: x', `Authorization: Bearer ${service.operatorKey}`, `X-Workspace-Id: ${workspace.id}`];
      return [`${method} ${path} HTTP/1.1`, ...common, ...lines, '', body].join('\r\n');
    };
    const last = () => written('GET', '/api/v1/me', ['Connection: close']);

    /** What is left of a body must not stand before the next request. */
    const exchange = async (
      method: string,
      path: string,
      lines: readonly string[],
      body: string,
    ): Promise<number[]> => {
      const answers = await onOneConnection(written(method, path, lines, body), last());
      return Array.from(answers.matchAll(/HTTP\/1\.1 (\d+) /g), ([, status]) => Number(status));
    };
    const withLength = (body: string): [string[], string] => [[`Content-Length: ${Buffer.byteLength(body)}`], body];
    const inChunks = (...parts: string[]): [string[], string] => {
      const chunks = [...parts, ''].map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`);
      return [['Transfer-Encoding: chunked'], chunks.join('')];
    };
    const READS = ['/me', '/permission', '/apikey', '/role', '/member', '/audit', '/audit/export'];

    it.each(['GET', 'HEAD'])('400: a body of any length and form with %s', async (method) => {
      for (const path of READS) {
        for (const body of ['1', '[]', '12', '""', '  ', '{]', '}{', 'null', '{"a":1}', `{${' '.repeat(100)}x`]) {
          expect({ path, body, statuses: await exchange(method, `/api/v1${path}`, ...withLength(body)) }).toEqual({
            path,
            body,
            statuses: [400, 200],
          });
        }
        const chunked = await exchange(method, `/api/v1${path}`, ...inChunks('{"rea', 'son":1}'));
        expect({ path, chunked }).toEqual({ path, chunked: [400, 200] });
      }
    });

    it('400: a long body with GET, the rest of which is left out', async () => {
      expect(await exchange('GET', '/api/v1/me', ...withLength('x'.repeat(1_000_000)))).toEqual([400, 200]);
    });

    it.each(['GET', 'HEAD'])('200: an empty body, or {}, with %s', async (method) => {
      for (const path of READS) {
        for (const given of [withLength(''), withLength('{}'), withLength(' {\n} '), inChunks(), inChunks('{', '}')]) {
          const statuses = await exchange(method, `/api/v1${path}`, ...given);
          expect({ path, given, statuses }).toEqual({ path, given, statuses: [200, 200] });
        }
      }
    });

    it('DELETE: the same with a body in chunks', async () => {
      const json = 'Content-Type: application/json';
      for (const path of ['/apikey', '/role', '/permission', '/member'].map(
        (each) => `/api/v1${each}/${workspace.id}`,
      )) {
        for (const [given, status] of [
          [inChunks(), 404],
          [inChunks('{', '}'), 404],
          [inChunks('[', ']'), 400],
          [inChunks('{"reason":"leaked"}'), 400],
          [inChunks('1'), 400],
        ] as const) {
          const [lines, body] = given;
          const statuses = await exchange('DELETE', path, [json, ...lines], body);
          expect({ path, body, statuses }).toEqual({ path, body, statuses: [status, 200] });
        }
      }
    });

    it('400: no body in chunks where one is taken is told apart from one that was not parsed', async () => {
      const [lines, body] = inChunks();
      const answers = await onOneConnection(
        written('POST', '/api/v1/apikey', ['Content-Type: application/json', ...lines], body),
        last(),
      );
      expect(answers).toContain('"message":"The body must be a JSON object."');
    });

    it('400: a parameter that the route does not take', async () => {
      const { details } = await refused(
        send('DELETE', `/api/v1/role/${workspace.id}?dryRun=true`),
        400,
        'request.invalid',
      );
      expect(details).toEqual([{ field: 'dryRun', message: 'dryRun is not a known field; remove it.' }]);
      await refused(send('POST', '/api/v1/verify?permissions=x', '{"apiKey":"x"}'), 400, 'request.invalid');
    });

    it('400: suggests the field that was meant', async () => {
      for (const [path, body, message] of [
        ['/apikey', { name: 'A', permissions: ['*'] }, 'name is not a known field; did you mean keyName?'],
        ['/verify', { key: 'lk_x' }, 'key is not a known field; did you mean apiKey?'],
        [
          '/verify',
          { key: generateKey('lk') },
          'key contains a credential. Send it as apiKey: no other field takes one.',
        ],
        [
          '/apikey',
          { apiKey: generateKey('lk') },
          'apiKey contains a credential. Remove it: credentials are never stored in the clear.',
        ],
        ['/apikey', { expiresInSecond: 9 }, 'expiresInSecond is not a known field; did you mean expiresInSeconds?'],
        ['/apikey', { allowedIPs: [] }, 'allowedIPs is not a known field; did you mean allowedIps?'],
        [
          '/apikey',
          { rateLimit: { limits: 1 } },
          'rateLimit.limits is not a known field; did you mean rateLimit.limit?',
        ],
        ['/apikey', { ['x'.repeat(200)]: 1 }, `${'x'.repeat(200)} is not a known field; remove it.`],
      ] as const) {
        const { details } = await refused(send('POST', `/api/v1${path}`, JSON.stringify(body)), 400, 'request.invalid');
        expect(details.map((fault: { message: string }) => fault.message)).toContain(message);
      }
    });

    it('400: a path that cannot be decoded', async () => {
      for (const path of [`/api/v1/apikey/%`, `/api/v1/apikey/%zz${MARK}`, `/api/v1/%c0%ae`]) {
        await refused(send('GET', path), 400, 'request.invalid');
      }
    });

    it('404: what is no route, or not with this method, without repeating it', async () => {
      for (const [method, path] of [
        ['GET', `/${MARK}`],
        ['GET', `/api/v1/apikey/${workspace.id}/${MARK}`],
        ['GET', '/api/v2/apikey'],
        ['GET', '//api/v1/apikey'],
        ['GET', '/api/v1/../v1/apikey'],
        ['GET', '/API/V1/APIKEY'],
        ['PATCH', '/api/v1/me'],
        ['DELETE', '/api/v1/audit'],
        ['PUT', '/api/v1/audit/0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11'],
        ['OPTIONS', '/api/v1/apikey'],
        ['TRACE', '/api/v1/apikey'],
      ] as const) {
        await refused(send(method, path), 404, 'route.not_found');
      }
    });

    it('414: an id longer than any, and 431: a path or headers longer than any request’s', async () => {
      const long = 'a'.repeat(5000);
      for (const path of [`/api/v1/apikey/${long}`, `/api/v1/audit/${long}`, `/api/v1/workspace/${long}`]) {
        await refused(send('GET', path), 414, 'request.uri_too_long');
      }
      await refused(send('GET', `/api/v1/apikey/${'a'.repeat(20_000)}`), 431, 'request.headers_too_large');
      await refused(
        send('GET', '/api/v1/apikey', undefined, { 'x-long': 'a'.repeat(20_000) }),
        431,
        'request.headers_too_large',
      );
      const many = Object.fromEntries(Array.from({ length: 1500 }, (_, at) => [`x-header-${at}`, 'value']));
      await refused(send('GET', '/api/v1/apikey', undefined, many), 431, 'request.headers_too_large');
    });

    it('keeps a caller’s request id only if it is 8 to 128 of the safe characters', async () => {
      for (const [id, kept] of [
        ['abc-DEF_1.', true],
        ['x'.repeat(128), true],
        ['x'.repeat(129), false],
        ['short', false],
        ['with space', false],
        ['<script>alert(1)</script>', false],
        ['caf\u00e9-caf\u00e9', false],
      ] as const) {
        const { headers } = await send('GET', '/api/v1/permission', undefined, { 'x-request-id': id });
        expect(headers.get('x-request-id') === id).toBe(kept);
      }
    });

    it('has changed nothing, and left records only of what reached a command', async () => {
      const after = await rowCounts(service.store);
      // A deletion of what is not there waits until every instance knows that it is gone.
      const records = ['latchkey_audit_events', 'latchkey_audit_pii', 'latchkey_revocations'];
      for (const [table, rows] of Object.entries(after)) {
        if (!records.includes(table)) expect({ table, rows }).toEqual({ table, rows: before[table] });
      }
    });
  });
});
