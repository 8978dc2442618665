import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Post } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Answer } from '../support/client.js';
import { sendRaw } from '../support/raw-request.js';
import { forEachStore } from '../support/stores.js';
import { HOST_ADAPTERS, OPERATOR_KEY, startHost, type Host, type HostKey } from './host.js';

const JSON_UTF_8 = 'application/json; charset=utf-8';

@Controller('notes')
class NotesController {
  @Post()
  add() {
    return {};
  }
}

describe.each(HOST_ADAPTERS)('bodies, queries and caches, embedded on %s', (adapter) => {
  forEachStore((kind) => {
    let host: Host;
    let key: HostKey;

    beforeAll(async () => {
      host = await startHost(kind, {
        adapter,
        rawBody: true,
        latchkey: {
          // A session cookie, which a browser sends along from every page.
          principalResolver: ({ headers }) =>
            headers.cookie === 'session=alice'
              ? { id: 'alice', permissions: ['*'], workspaceId: key.workspaceId }
              : undefined,
        },
        configure: (app) => {
          // Makes something of everything.
          if (adapter === 'express') {
            (app as unknown as NestExpressApplication).useBodyParser('json', { type: ['application/json', 'text/*'] });
          } else {
            app
              .getHttpAdapter()
              .getInstance()
              .addContentTypeParser('text/plain', { parseAs: 'string' }, (_, text, done) =>
                done(null, JSON.parse(String(text))),
              );
          }
        },
      });
      key = await host.createKey(['apikeys:view']);
    });

    afterAll(() => host.stop());

    const send = (method: string, path: string, body?: string | Uint8Array, more: Record<string, string> = {}) =>
      sendRaw(host.url, {
        method,
        path: `/latchkey${path}`,
        headers: Object.entries({ cookie: 'session=alice', ...more }),
        body,
      });
    const keysOf = async (): Promise<number> => {
      const { body } = await send('GET', '/apikey?page=1&limit=200');
      return body.total as number;
    };
    const refused = async (answer: Promise<Answer>, status: number, code: string, field?: string) => {
      const { status: actual, body, headers } = await answer;
      expect({ status: actual, code: body?.code, field: body?.details?.[0].field }).toEqual({ status, code, field });
      expect(headers.get('cache-control')).toBe('no-store');
      return body;
    };

    it.each([
      ['a form', 'application/x-www-form-urlencoded', 'keyName=stolen&permissions=*&permissions=apikeys:view'],
      ['an empty form', 'application/x-www-form-urlencoded', ''],
      ['JSON as text', 'text/plain', '{"keyName":"stolen","permissions":["*"]}'],
      ['JSON as text in UTF-8', 'text/plain;charset=UTF-8', '{"keyName":"stolen","permissions":["*"]}'],
      ['JSON in Latin-1', 'application/json; charset=iso-8859-1', '{"keyName":"stolen","permissions":["*"]}'],
      ['two charsets', 'application/json; charset=utf-8; charset=latin1', '{"keyName":"stolen","permissions":["*"]}'],
    ])('415: %s, however it is parsed', async (_, contentType, body) => {
      const before = await keysOf();
      const { status } = await send('POST', '/apikey', body, { 'content-type': contentType });
      expect(status).toBe(415);
      expect(await keysOf()).toBe(before);
    });

    it('415: what the headers do not call JSON in UTF-8', async () => {
      const body = '{"keyName":"stolen","permissions":["*"]}';
      await refused(
        send('POST', '/apikey', body, { 'content-type': 'text/plain' }),
        415,
        'request.unsupported_media_type',
      );
      await refused(
        send('DELETE', `/apikey/${key.id}`, '', { 'content-type': 'application/x-www-form-urlencoded' }),
        415,
        'request.unsupported_media_type',
      );
      expect((await send('POST', '/apikey', body)).status).toBe(415);
    });

    it('201: JSON in UTF-8, however it is called', async () => {
      for (const contentType of ['application/json', JSON_UTF_8, 'Application/JSON;charset="UTF-8"']) {
        const body = JSON.stringify({ keyName: `Schlüssel ${contentType.length}`, permissions: ['apikeys:view'] });
        const { status, headers } = await send('POST', '/apikey', body, { 'content-type': contentType });
        expect(status).toBe(201);
        expect(headers.get('cache-control')).toBe('no-store');
      }
    });

    it('400: a body that is not UTF-8', async () => {
      const body = Buffer.from('{"keyName":"Schl\u00fcssel","permissions":["apikeys:view"]}', 'latin1');
      await refused(
        send('POST', '/apikey', body, { 'content-type': 'application/json' }),
        400,
        'request.invalid',
        'body',
      );
    });

    it('400: a query that is not UTF-8', async () => {
      const path = `/apikey/${key.id}`;
      await refused(send('DELETE', `${path}?reason=Schl%FCssel`), 400, 'request.invalid', 'reason');
      await refused(send('DELETE', `${path}?reason=100%`), 400, 'request.invalid', 'reason');
      await refused(send('GET', '/apikey?search=Schl%FCssel'), 400, 'request.invalid', 'search');
      await refused(send('GET', '/apikey?%FC=1'), 400, 'request.invalid', 'query');
      expect((await send('GET', path)).status).toBe(200);
    });

    it('400: a body where none is taken, and it says where the reason goes', async () => {
      const path = `/apikey/${key.id}`;
      const json = { 'content-type': 'application/json' };
      const { message } = await refused(
        send('DELETE', path, '{"reason":"leaked"}', json),
        400,
        'request.invalid',
        'body',
      );
      expect(message).toContain('?reason=');
      await refused(send('DELETE', path, '[]', json), 400, 'request.invalid', 'body');
      await refused(send('GET', '/me', '{"a":1}', { ...json, 'content-length': '7' }), 400, 'request.invalid', 'body');
      expect((await send('GET', '/me', '{}', { ...json, 'content-length': '2' })).status).toBe(200);
      for (const type of [json, { 'content-type': 'text/plain' }, {}]) {
        for (const body of ['1', '[]', '12']) {
          const length = { 'content-length': String(body.length) };
          const { status } = await send('GET', '/me', body, { ...type, ...length });
          expect({ type, body, status }).toEqual({ type, body, status: 400 });
        }
      }
      expect((await send('GET', '/me', '{}', { 'content-length': '2' })).status).toBe(200);
      expect((await send('GET', path)).status).toBe(200);
      const extra = await host.createKey(['apikeys:view'], { workspaceId: key.workspaceId });
      expect((await send('DELETE', `/apikey/${extra.id}`, '{}', json)).status).toBe(200);
    });

    it('no-store: every answer, refusals too', async () => {
      const answers = [
        await send('GET', '/apikey'),
        await send('GET', `/apikey/${key.id}`),
        await send('GET', '/apikey/none'),
        await send('GET', '/me', undefined, { cookie: '' }),
        await host.get('/latchkey/apikey', key.header),
        await host.get('/latchkey/audit', key.header),
        await host.send('POST', '/latchkey/workspace', { name: 'Acme' }, { authorization: OPERATOR_KEY }),
        await host.get('/latchkey/apikey', { authorization: OPERATOR_KEY }),
        await send('PUT', '/apikey'),
      ];
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 404, 401, 200, 403, 201, 412, 412]);
      for (const { headers } of answers) expect(headers.get('cache-control')).toBe('no-store');
    });
  });
});

describe('what the parsers of a host on Fastify refuse', () => {
  forEachStore((kind) => {
    let host: Host;
    let key: HostKey;

    beforeAll(async () => {
      host = await startHost(kind, { controllers: [NotesController] });
      key = await host.createKey(['*']);
    });

    afterAll(() => host.stop());

    const BODY = '{"keyName":"stolen","permissions":["*"]}';
    const CASES: [what: string, contentType: string | undefined, body: string, status: number, code: string][] = [
      ['a form with files', 'multipart/form-data; boundary=x', BODY, 415, 'request.unsupported_media_type'],
      ['another kind of JSON', 'application/vnd.api+json', BODY, 415, 'request.unsupported_media_type'],
      ['no Content-Type', undefined, BODY, 415, 'request.unsupported_media_type'],
      ['half of JSON', 'application/json', BODY.slice(5), 400, 'request.invalid'],
      ['an empty body', 'application/json', '', 400, 'request.invalid'],
      ['a prototype', 'application/json', '{"__proto__":{"a":1}}', 400, 'request.invalid'],
    ];
    const send = (path: string, contentType: string | undefined, body: string) => {
      const headers: Record<string, string> = { ...key.header, 'x-request-id': 'the-request-0001' };
      if (contentType !== undefined) headers['content-type'] = contentType;
      return sendRaw(host.url, { method: 'POST', path, headers: Object.entries(headers), body });
    };

    it.each(CASES)(
      '%s is answered with the one body at Latchkey’s routes',
      async (_, contentType, sent, status, code) => {
        for (const path of ['/latchkey/apikey', '/latchkey/verify', '/latchkey/role']) {
          const { status: actual, body, headers } = await send(path, contentType, sent);
          expect({ status: actual, body }).toMatchObject({
            status,
            body: { statusCode: status, success: false, code, requestId: 'the-request-0001' },
          });
          expect(headers.get('x-request-id')).toBe('the-request-0001');
          expect(headers.get('cache-control')).toBe('no-store');
        }
      },
    );

    it('is the host’s to answer at its own', async () => {
      const { status, body } = await send('/notes', 'multipart/form-data; boundary=x', BODY);
      expect({ status, body }).toEqual({ status: 415, body: { statusCode: 415, message: 'Unsupported Media Type' } });
    });
  });
});

describe.each(HOST_ADAPTERS)('a host on %s that does not parse bodies', (adapter) => {
  forEachStore((kind) => {
    let host: Host;
    let key: HostKey;

    beforeAll(async () => {
      host = await startHost(kind, { adapter, bodyParser: false, configure: (app) => parseAsBytes(app, adapter) });
      key = await host.createKey(['apikeys:create']);
    });

    afterAll(() => host.stop());

    it('400: says that the body was not parsed', async () => {
      const answer = await host.send('POST', '/latchkey/apikey', { keyName: 'A', permissions: ['*'] }, key.header);
      expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid', details: [{ field: 'body' }] } });
      expect(answer.body.message).toContain('not parsed as JSON');
    });
  });
});

function parseAsBytes(app: Host['app'], adapter: string): void {
  if (adapter === 'express') return;
  app
    .getHttpAdapter()
    .getInstance()
    .addContentTypeParser('application/json', { parseAs: 'buffer' }, (_, bytes, done) => done(null, bytes));
}

describe.each(HOST_ADAPTERS)('bodies whose bytes the application does not keep, on %s', (adapter) => {
  it('are refused with what the parser puts in the place of bytes that are no UTF-8', async () => {
    const host = await startHost('sqlite', { adapter });
    const { header } = await host.createKey(['apikeys:create', 'apikeys:view']);
    const create = (name: Buffer): Promise<Answer> =>
      sendRaw(host.url, {
        method: 'POST',
        path: '/latchkey/apikey',
        headers: Object.entries({ ...header, 'content-type': 'application/json' }),
        body: Buffer.concat([Buffer.from('{"keyName":"'), name, Buffer.from('","permissions":["apikeys:view"]}')]),
      });
    const refused = await create(Buffer.from('Schl\u00fcssel', 'latin1'));
    expect(refused).toMatchObject({ status: 400, body: { code: 'request.invalid', details: [{ field: 'body' }] } });
    expect((await create(Buffer.from('Schl\u00fcssel'))).status).toBe(201);
    const deep = await create(Buffer.from(`","metadata":${'['.repeat(10_000)}${']'.repeat(10_000)},"description":"`));
    expect(deep).toMatchObject({ status: 400, body: { code: 'request.invalid' } });
    await host.stop();
  });
});
