import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Catch,
  ValidationPipe,
  type ArgumentMetadata,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { forEachStore } from '../support/stores.js';
import { HOST_ADAPTERS, OPERATOR_KEY, startHost, type Host, type HostKey } from './host.js';

/** Trims all texts, and makes numbers of those that look like one. */
class LenientPipe implements PipeTransform {
  transform(value: unknown): unknown {
    if (typeof value === 'string') return /^ *\d+ *$/.test(value) ? Number(value) : value.trim();
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, child]) => [name, this.transform(child)]));
  }
}

class RefusingPipe implements PipeTransform {
  transform(_: unknown, { type }: ArgumentMetadata): never {
    throw new BadRequestException(`No ${type} is good enough.`);
  }
}

/** Rewrites whatever a request has. */
class RewritingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler) {
    const request = context.switchToHttp().getRequest<Record<string, unknown> & { headers: Record<string, string> }>();
    for (const name of ['body', 'query', 'params']) {
      const part = request[name];
      if (typeof part === 'object' && part !== null) rewrite(part as Record<string, unknown>);
    }
    for (const name of ['if-match', 'idempotency-key']) request.headers[name] = 'rewritten';
    return next.handle();
  }
}

function rewrite(part: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(part)) {
    if (typeof value === 'object' && value !== null) rewrite(value as Record<string, unknown>);
    else part[name] = 'rewritten';
  }
}

@Catch()
class SilencingFilter implements ExceptionFilter {
  catch(_: unknown, host: ArgumentsHost): void {
    host.switchToHttp().getResponse<{ send: (body: unknown) => void }>().send({ ok: true });
  }
}

describe.each(HOST_ADAPTERS)('what a host on %s binds globally', (adapter) => {
  forEachStore((kind) => {
    let host: Host;
    let key: HostKey;
    let headers: Record<string, string>;

    beforeAll(async () => {
      host = await startHost(kind, {
        adapter,
        configure: (app) => {
          const transformOptions = { enableImplicitConversion: true };
          app.useGlobalPipes(
            new ValidationPipe({ transform: true, transformOptions, whitelist: true, validateCustomDecorators: true }),
            new LenientPipe(),
            new RefusingPipe(),
          );
          app.useGlobalInterceptors(new RewritingInterceptor());
          app.useGlobalFilters(new SilencingFilter());
        },
      });
      key = await host.createKey(['apikeys:view']);
      headers = { authorization: OPERATOR_KEY, 'x-workspace-id': key.workspaceId };
    });

    afterAll(() => host.stop());

    const send = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
      host.send(method, `/latchkey${path}`, body, { ...headers, ...more });
    const read = async (id = key.id) => (await send('GET', `/apikey/${id}`)).body;

    const CASES: [what: string, method: string, path: string, body: unknown, field: string, meant: string | null][] = [
      ['"false" for a flag', 'PATCH', '/apikey/:id', { enabled: 'false' }, 'enabled', null],
      ['"3600" for a number', 'PATCH', '/apikey/:id', { expiresInSeconds: '3600' }, 'expiresInSeconds', null],
      [
        'a misspelt expiry',
        'POST',
        '/apikey',
        { keyName: 'A', permissions: ['*'], expiresInSecond: 9 },
        'expiresInSecond',
        'expiresInSeconds',
      ],
      ['misspelt addresses', 'PATCH', '/apikey/:id', { allowedIPs: ['10.0.0.1'] }, 'allowedIPs', 'allowedIps'],
      [
        'misspelt permissions to verify',
        'POST',
        '/verify',
        { apiKey: 'lk_x', permission: ['*'] },
        'permission',
        'permissions',
      ],
      ['a misspelt reason', 'DELETE', '/apikey/:id?reasn=leaked', undefined, 'reasn', 'reason'],
      ['a parameter that the route does not take', 'DELETE', '/role/:id?dryRun=true', undefined, 'dryRun', null],
      ['a misspelt dry run', 'PUT', '/role/:id?dryRn=true', { name: 'R', permissions: [] }, 'dryRn', 'dryRun'],
      ['a filter that is none', 'GET', '/audit?action=x&actor=me', undefined, 'actor', 'actorId'],
      ['a list of names', 'POST', '/workspace', { name: ['Acme'] }, 'name', null],
    ];

    it.each(CASES)('400: %s', async (_, method, path, body, field, meant) => {
      const before = await read();
      const answer = await send(method, path.replace(':id', key.id), body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'request.invalid', details: [{ field }] } });
      if (meant) expect(answer.body.details[0].message).toContain(`did you mean ${meant}?`);
      expect(await read()).toEqual(before);
    });

    it('leaves bodies, ids, subjects and headers as they were sent', async () => {
      const settings = {
        keyName: 'No 7',
        permissions: ['apikeys:view'],
        description: ' for 9 ',
        metadata: { '1': ' 1 ', two: { three: '3' } },
        rateLimit: { limit: 5, windowSeconds: 60 },
      };
      const created = await send('POST', '/apikey', settings, { 'idempotency-key': '42' });
      expect(created).toMatchObject({ status: 201, body: settings });
      expect(await read(created.body.id)).toMatchObject(settings);
      const again = await send('POST', '/apikey', { ...settings, keyName: 'No 8' }, { 'idempotency-key': '42' });
      expect(again.status).toBe(409);

      const found = await send('GET', '/apikey?search=No%207&limit=1&page=1');
      expect(found.body).toMatchObject({ total: 1, data: [{ keyName: 'No 7' }] });
      const changed = await send('PATCH', `/apikey/${created.body.id}`, { enabled: false }, { 'if-match': '"2"' });
      expect(changed.status).toBe(412);

      const added = await send('PUT', '/member/007', { roles: ['viewer'] });
      expect(added).toMatchObject({ status: 200, body: { subject: '007' } });
      expect((await send('GET', '/member/007')).body.subject).toBe('007');
      expect((await send('DELETE', '/member/007')).status).toBe(200);
      const record = (await host.recordsOf(key.workspaceId, 'member.removed'))[0];
      expect(record).toMatchObject({ targets: [{ id: '007' }], actor: { type: 'operator' } });
    });

    it('keeps neither a refused command from the trail nor its refusal from the caller', async () => {
      await send('PATCH', `/apikey/${key.id}`, { enabled: 'no' });
      const [record] = await host.recordsOf(key.workspaceId, 'request.failed');
      expect(record).toMatchObject({ statusCode: 400, errorCode: 'request.invalid', targets: [{ id: key.id }] });
      expect(record.reason).toContain('enabled must be true or false.');
    });

    it('refuses in order: 401, 403, then 400', async () => {
      const path = `/latchkey/apikey/${key.id}?reasn=x`;
      expect((await host.send('DELETE', path)).status).toBe(401);
      expect((await host.send('DELETE', path, undefined, key.header)).status).toBe(403);
      expect((await host.send('DELETE', path, undefined, headers)).status).toBe(400);
      const withoutId = await host.send('DELETE', '/latchkey/apikey?reasn=x', { reason: 'x' }, headers);
      expect(withoutId).toMatchObject({ status: 412, body: { code: 'request.id_required' } });
    });
  });
});
