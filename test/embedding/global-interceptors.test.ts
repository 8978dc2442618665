import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  BadGatewayException,
  Controller,
  Get,
  Injectable,
  Scope,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { catchError, map, of, tap, throwError, type Observable } from 'rxjs';
import { forEachStore } from '../support/stores.js';
import { HOST_ADAPTERS, startHost, type Host, type HostKey, type HostSetup } from './host.js';

/** As Nest documents it. */
@Injectable()
class ErrorsInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => throwError(() => new BadGatewayException())));
  }
}

/** As Nest documents it. */
@Injectable()
class TransformInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(map((data: unknown) => ({ data })));
  }
}

@Injectable()
class SwallowingInterceptor implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(catchError(() => of({ ok: true })));
  }
}

const cached = new Map<string, unknown>();

/** By its path, as that of `@nestjs/cache-manager` does. */
@Injectable()
class CachingInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method, url } = context.switchToHttp().getRequest<{ method: string; url: string }>();
    if (method !== 'GET') return next.handle();
    return cached.has(url) ? of(cached.get(url)) : next.handle().pipe(tap((answer) => cached.set(url, answer)));
  }
}

const KINDS = [SwallowingInterceptor, ErrorsInterceptor, TransformInterceptor, CachingInterceptor];

const WAYS: [way: string, setup: HostSetup][] = [
  ['app.useGlobalInterceptors', { configure: (app) => app.useGlobalInterceptors(...KINDS.map((Kind) => new Kind())) }],
  ['APP_INTERCEPTOR', { providers: KINDS.map((useClass) => ({ provide: APP_INTERCEPTOR, useClass })) }],
  [
    'APP_INTERCEPTOR of the scope of a request',
    { providers: KINDS.map((useClass) => ({ provide: APP_INTERCEPTOR, useClass, scope: Scope.REQUEST })) },
  ],
];

@Controller('shop')
class ShopController {
  private answers = 0;

  @Get()
  count() {
    return ++this.answers;
  }
}

describe.each(HOST_ADAPTERS)('on %s', (adapter) => {
  describe.each(WAYS)('interceptors by %s', (_, setup) => {
    forEachStore((kind) => {
      let host: Host;
      let ours: HostKey;
      let others: HostKey;

      beforeAll(async () => {
        cached.clear();
        host = await startHost(kind, { adapter, controllers: [ShopController], ...setup });
        ours = await host.createKey(['apikeys:create', 'apikeys:view', 'auditLogs:view', 'auditLogs:export']);
        others = await host.createKey(['apikeys:view']);
      });

      afterAll(() => host.stop());

      it('leave an answer as it is', async () => {
        const created = await host.send(
          'POST',
          '/latchkey/apikey',
          { keyName: 'Shop', permissions: ['apikeys:view'] },
          ours.header,
        );
        expect(created).toMatchObject({ status: 201, body: { keyName: 'Shop', workspaceId: ours.workspaceId } });
        const exported = await host.get('/latchkey/audit/export', ours.header);
        expect(
          exported.text
            .trim()
            .split('\n')
            .map((line) => (JSON.parse(line) as { action: string }).action),
        ).toContain('apikey.created');
      });

      it.each([
        [403, 'auth.escalation', 'POST', '/latchkey/apikey', { keyName: 'Shop', permissions: ['*'] }],
        [404, 'apikey.not_found', 'GET', '/latchkey/apikey/01a22cf6-f86b-72b3-9a4a-bdd26485bbd3', undefined],
        [400, 'request.invalid', 'POST', '/latchkey/apikey', { keyNme: 'Shop', permissions: ['*'] }],
      ])('leave a refusal as it is: %i %s', async (status, code, method, path, body) => {
        const answer = await host.send(method, path, body, ours.header);
        expect(answer).toMatchObject({ status, body: { statusCode: status, code } });
      });

      it('answer nobody with what another was told', async () => {
        for (const key of [ours, others]) {
          const me = await host.get('/latchkey/me', key.header);
          expect(me).toMatchObject({ status: 200, body: { workspaceId: key.workspaceId } });
          const { body } = await host.get('/latchkey/apikey', key.header);
          expect((body as unknown as { workspaceId: string }[]).map(({ workspaceId }) => workspaceId)).toContain(
            key.workspaceId,
          );
        }
      });

      it('do what they do at the routes of the host', async () => {
        for (const call of ['first', 'second']) {
          expect({ call, text: (await host.get('/shop')).text }).toEqual({ call, text: '{"data":1}' });
        }
      });
    });
  });
});
