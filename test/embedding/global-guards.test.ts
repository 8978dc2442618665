import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, UseGuards } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { APP_GUARD, ExternalContextCreator } from '@nestjs/core';
import { ApiKeyGuard, ApiKeysService, CurrentPrincipal, PermissionGuard, Principal, Public } from '../../src/index.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';
import { permissions, RequirePermissions } from './permissions.js';

@Controller('orders')
class OrdersController {
  @Get()
  @RequirePermissions('orders:view')
  list(): string[] {
    return [];
  }

  @Get('twice')
  @UseGuards(ApiKeyGuard, PermissionGuard)
  @RequirePermissions('orders:view')
  twice(): string[] {
    return [];
  }

  @Get('anybody')
  @Public()
  anybody(): { open: boolean } {
    return { open: true };
  }

  @Get('seen-by')
  @UseGuards(ApiKeyGuard, PermissionGuard)
  @RequirePermissions('orders:view')
  seenBy(@CurrentPrincipal() caller?: Principal): string | undefined {
    return caller?.id;
  }

  @Get('seen-by-anybody')
  @Public()
  seenByAnybody(@CurrentPrincipal() caller?: Principal): string | undefined {
    return caller?.id;
  }

  @Get('undeclared')
  undeclared(): string {
    return 'Nobody should see this.';
  }
}

describe('the guards over a whole host, as APP_GUARD', () => {
  forEachStore((kind) => {
    let host: Host;

    beforeAll(async () => {
      host = await startHost(kind, {
        latchkey: { permissions },
        controllers: [OrdersController],
        providers: [
          { provide: APP_GUARD, useClass: ApiKeyGuard },
          { provide: APP_GUARD, useClass: PermissionGuard },
        ],
      });
    });

    afterAll(() => host.stop());

    it('close every route that does not declare otherwise', async () => {
      const { header } = await host.createKey(['orders:view']);
      expect((await host.get('/orders', header)).status).toBe(200);
      expect((await host.get('/orders')).status).toBe(401);
      expect((await host.get('/orders/anybody')).status).toBe(200);
      expect((await host.get('/orders/undeclared', header)).status).toBe(403);
    });

    it.each(['/orders', '/orders/twice', '/latchkey/me'])(
      'count one use of a key for one request of %s',
      async (path) => {
        const { header } = await host.createKey(['orders:view'], { rateLimit: { limit: 2, windowSeconds: 60 } });
        const statuses: number[] = [];
        for (let use = 0; use < 3; use += 1) statuses.push((await host.get(path, header)).status);
        expect(statuses).toEqual([200, 200, 429]);
      },
    );

    // As packages for GraphQL and WebSockets call: all with the one request that opened the connection.
    it('count one use of a key for each call that comes with the same request', async () => {
      const { header } = await host.createKey(['orders:view'], { rateLimit: { limit: 2, windowSeconds: 60 } });
      const controller = host.app.get(OrdersController);
      const handler: () => string[] = Reflect.get(controller, 'twice');
      const creator = host.app.get(ExternalContextCreator);
      const rest = [undefined, undefined, undefined, undefined, undefined, 'ws'] as const;
      const call = creator.create<never, 'ws'>(controller, handler, 'twice', ...rest);
      const client = { handshake: { headers: header, address: '127.0.0.1', url: '/' } };
      await call(client, {}, 'twice');
      await call(client, {}, 'twice');
      await expect(call(client, {}, 'twice')).rejects.toMatchObject({ code: 'rate_limit.exceeded' });
    });

    it('have no caller at a public message, whoever has sent one before on the same socket', async () => {
      const { id, workspaceId, header } = await host.createKey(['orders:view']);
      const controller = host.app.get(OrdersController);
      const called = (name: 'seenBy' | 'seenByAnybody') => {
        const parameters = { exchangeKeyForValue: () => undefined };
        const rest = [undefined, undefined, undefined, 'ws'] as const;
        const handler: () => string | undefined = Reflect.get(controller, name);
        const creator = host.app.get(ExternalContextCreator);
        return creator.create<never, 'ws'>(controller, handler, name, ROUTE_ARGS_METADATA, parameters, ...rest);
      };
      const client = { handshake: { headers: header, address: '127.0.0.1', url: '/' } };
      expect(await called('seenBy')(client, {})).toBe(id);
      expect(await called('seenByAnybody')(client, {})).toBeUndefined();
      await host.app.get(ApiKeysService, { strict: false }).delete(Principal.system('test', workspaceId), id);
      await expect(called('seenBy')(client, {})).rejects.toMatchObject({ code: 'auth.unauthenticated' });
      expect(await called('seenByAnybody')(client, {})).toBeUndefined();
    });

    it('put one record on the trail for one refusal of a route of Latchkey’s', async () => {
      const { header, workspaceId } = await host.createKey(['orders:view']);
      expect((await host.get('/latchkey/apikey', header)).status).toBe(403);
      expect(await host.recordsOf(workspaceId, 'auth.denied')).toHaveLength(1);
    });
  });
});
