import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Param, Post, UseGuards } from '@nestjs/common';
import {
  AnyCaller,
  ApiKeyGuard,
  ApiKeysService,
  CurrentPrincipal,
  PermissionGuard,
  Principal,
  Public,
} from '../../src/index.js';
import { forEachStore } from '../support/stores.js';
import { OPERATOR_KEY, startHost, type Host } from './host.js';
import { permissions, Protected, RequireAnyPermission, RequirePermissions } from './permissions.js';

@Controller('orders')
@Protected()
class OrdersController {
  @Get()
  @RequirePermissions('orders:view')
  list(): string[] {
    return [];
  }

  @Get('mine')
  @RequirePermissions('orders:view')
  mine(@CurrentPrincipal() { type, id, display, workspaceId }: Principal) {
    return { type, id, display, workspaceId };
  }

  @Post(':id/refund')
  @RequirePermissions(['orders:view', 'orders:refund'])
  refund(@Param('id') id: string): { refunded: string } {
    return { refunded: id };
  }

  @Get('report')
  @RequireAnyPermission(['orders:refund', 'reports:export'])
  report(): string[] {
    return [];
  }

  @Get('undeclared')
  undeclared(): string {
    return 'Nobody should see this.';
  }

  @Get('anybody')
  @Public()
  anybody(): { open: boolean } {
    return { open: true };
  }

  @Get('caller')
  @AnyCaller()
  caller(): { known: boolean } {
    return { known: true };
  }
}

abstract class ExportingController {
  @Get('exported')
  @RequirePermissions('reports:export')
  exported(): string[] {
    return [];
  }
}

@Controller('reports')
@Protected('reports:export')
class ReportsController extends ExportingController {
  @Get()
  list(): string[] {
    return [];
  }

  @Get('orders')
  @RequirePermissions('orders:view')
  orders(): string[] {
    return [];
  }

  @Get('stacked')
  @RequirePermissions('orders:view')
  @RequireAnyPermission(['orders:refund', 'apikeys:view'])
  @RequirePermissions(['orders:refund', 'reports:export'])
  stacked(): string[] {
    return [];
  }

  @Get('caller')
  @AnyCaller()
  caller(): string[] {
    return [];
  }

  @Get('prices')
  @Public()
  prices(): string[] {
    return [];
  }

  @Get('all-workspaces')
  @RequirePermissions('reports:export', { scope: 'one-or-all' })
  allWorkspaces(): string[] {
    return [];
  }
}

@Controller('summaries')
@Protected('orders:view')
class SummariesController extends ExportingController {}

@Controller('catalogue')
@UseGuards(ApiKeyGuard, PermissionGuard)
@Public()
class CatalogueController {
  @Get()
  list(): string[] {
    return [];
  }

  @Get('costs')
  @Protected(['orders:view', 'reports:export'])
  costs(): string[] {
    return [];
  }
}

@Controller('half')
@UseGuards(PermissionGuard)
class HalfGuardedController {
  @Get()
  list(): string {
    return 'Nobody should see this.';
  }
}

describe('a host’s routes behind ApiKeyGuard and PermissionGuard', () => {
  forEachStore((kind) => {
    let host: Host;

    beforeAll(async () => {
      host = await startHost(kind, {
        latchkey: { permissions },
        controllers: [
          OrdersController,
          ReportsController,
          SummariesController,
          CatalogueController,
          HalfGuardedController,
        ],
      });
    });

    afterAll(() => host.stop());

    it('200: a key that holds the permission, by name or by wildcard', async () => {
      for (const grant of ['orders:view', 'orders:*', '*']) {
        const { header, secret } = await host.createKey([grant]);
        expect(await host.get('/orders', header)).toMatchObject({ status: 200, body: [] });
        expect((await host.get('/orders', { 'x-api-key': secret })).status).toBe(200);
      }
    });

    it('200: the route is told who calls', async () => {
      const { header, id, name, workspaceId } = await host.createKey(['orders:view']);
      const { body } = await host.get('/orders/mine', header);
      expect(body).toEqual({ type: 'apikey', id, display: name, workspaceId });
    });

    it('200: the operator, in the workspace they name; 412 if they name none, 404 if there is none', async () => {
      const workspaceId = await host.createWorkspace();
      const operator = { authorization: OPERATOR_KEY };
      const { body } = await host.get('/orders/mine', { ...operator, 'x-workspace-id': workspaceId });
      expect(body).toMatchObject({ type: 'operator', workspaceId });
      expect(await host.get('/orders', operator)).toMatchObject({ status: 412, body: { code: 'workspace.required' } });
      const unknown = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';
      const nowhere = await host.get('/orders', { ...operator, 'x-workspace-id': unknown });
      expect(nowhere).toMatchObject({ status: 404, body: { code: 'workspace.not_found' } });
    });

    it('404: a key cannot name another workspace', async () => {
      const { header } = await host.createKey(['orders:view']);
      const elsewhere = await host.createWorkspace();
      const { status, body } = await host.get('/orders', { ...header, 'x-workspace-id': elsewhere });
      expect({ status, code: body.code }).toEqual({ status: 404, code: 'workspace.not_found' });
    });

    it('401: without a key, in the form of Nest’s own errors, and saying how to authenticate', async () => {
      const { status, headers, body } = await host.get('/orders');
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="latchkey"');
      expect(body).toEqual({
        statusCode: 401,
        error: 'Unauthorized',
        message: expect.stringContaining('A valid API key is required'),
        code: 'auth.unauthenticated',
      });
    });

    it('401: two different keys, and one that is no key of ours', async () => {
      const [one, other] = [await host.createKey(['orders:view']), await host.createKey(['orders:view'])];
      const two = await host.get('/orders', { ...one.header, 'x-api-key': other.secret });
      const nonsense = await host.get('/orders', { authorization: 'Bearer nonsense' });
      for (const { status, body } of [two, nonsense]) {
        expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.unauthenticated' });
      }
    });

    it('401: at once after the key was deleted', async () => {
      const { id, workspaceId, header } = await host.createKey(['orders:view']);
      for (let use = 0; use < 3; use += 1) expect((await host.get('/orders', header)).status).toBe(200);

      await host.app.get(ApiKeysService, { strict: false }).delete(Principal.system('host', workspaceId), id, {});

      expect((await host.get('/orders', header)).status).toBe(401);
    });

    it('403: names what is missing of all, and of one of several', async () => {
      const viewer = await host.createKey(['orders:view']);
      const refund = await host.send('POST', '/orders/7/refund', undefined, viewer.header);
      expect(refund).toMatchObject({ status: 403, body: { statusCode: 403, code: 'auth.permission_denied' } });
      expect(refund.body.message).toContain('needs the permission orders:refund,');
      expect(refund.headers.get('www-authenticate')).toBe(
        'Bearer realm="latchkey", error="insufficient_scope", scope="orders:refund"',
      );

      const report = await host.get('/orders/report', viewer.header);
      expect(report.body.message).toContain('orders:refund or reports:export');

      const stranger = await host.createKey(['apikeys:view']);
      const both = await host.send('POST', '/orders/7/refund', undefined, stranger.header);
      expect(both.body.message).toContain('orders:view and orders:refund');
    });

    it('201 and 200: who holds all, and who holds one of several', async () => {
      const { header } = await host.createKey(['orders:view', 'orders:refund']);
      const { status, body } = await host.send('POST', '/orders/7/refund', undefined, header);
      expect({ status, body }).toEqual({ status: 201, body: { refunded: '7' } });
      expect((await host.get('/orders/report', header)).status).toBe(200);
      const exporter = await host.createKey(['reports:export']);
      expect((await host.get('/orders/report', exporter.header)).status).toBe(200);
    });

    it('what a controller declares holds for each of its routes, next to what they declare', async () => {
      const exporter = await host.createKey(['reports:export']);
      const viewer = await host.createKey(['orders:view']);
      const both = await host.createKey(['reports:export', 'orders:view']);
      expect((await host.get('/reports', exporter.header)).status).toBe(200);
      expect((await host.get('/reports', viewer.header)).status).toBe(403);

      const lacksView = await host.get('/reports/orders', exporter.header);
      expect(lacksView).toMatchObject({ status: 403, body: { message: expect.stringContaining('orders:view,') } });
      const lacksExport = await host.get('/reports/orders', viewer.header);
      expect(lacksExport).toMatchObject({ status: 403, body: { message: expect.stringContaining('reports:export,') } });
      expect((await host.get('/reports/orders', both.header)).status).toBe(200);
    });

    it('all declarations on a route hold', async () => {
      const viewer = await host.createKey(['orders:view']);
      const { status, body, headers } = await host.get('/reports/stacked', viewer.header);
      expect({ status, message: body.message }).toEqual({
        status: 403,
        message:
          'This needs the permission orders:refund and reports:export and (orders:refund or apikeys:view), ' +
          'which the caller does not have.',
      });
      expect(headers.get('www-authenticate')).toBe(
        'Bearer realm="latchkey", error="insufficient_scope", scope="orders:refund reports:export apikeys:view"',
      );
      for (const grants of [
        ['orders:view', 'reports:export', 'apikeys:view'],
        ['orders:view', 'orders:refund'],
        ['orders:refund', 'reports:export'],
      ]) {
        const { header } = await host.createKey(grants);
        expect((await host.get('/reports/stacked', header)).status).toBe(403);
      }
      const all = await host.createKey(['orders:view', 'orders:refund', 'reports:export']);
      expect((await host.get('/reports/stacked', all.header)).status).toBe(200);
    });

    it('@AnyCaller() takes nothing away from what the controller declares', async () => {
      const stranger = await host.createKey(['apikeys:view']);
      expect((await host.get('/reports/caller', stranger.header)).status).toBe(403);
      const exporter = await host.createKey(['reports:export']);
      expect((await host.get('/reports/caller', exporter.header)).status).toBe(200);
    });

    it('@Public() on a route opens it alone; on a controller, the routes that declare nothing', async () => {
      expect((await host.get('/reports/prices')).status).toBe(200);
      expect((await host.get('/reports')).status).toBe(401);
      expect((await host.get('/catalogue')).status).toBe(200);
      expect((await host.get('/catalogue/costs')).status).toBe(401);
      const viewer = await host.createKey(['orders:view']);
      expect((await host.get('/catalogue/costs', viewer.header)).status).toBe(403);
    });

    it('an inherited route asks for what its own controller declares, and not another one', async () => {
      const exporter = await host.createKey(['reports:export']);
      expect((await host.get('/reports/exported', exporter.header)).status).toBe(200);
      expect((await host.get('/summaries/exported', exporter.header)).status).toBe(403);
      expect((await host.get('/reports/exported', exporter.header)).status).toBe(200);
    });

    it('412: of the scopes that are declared, the narrowest holds', async () => {
      const everywhere = { authorization: OPERATOR_KEY, 'x-workspace-id': '*' };
      expect((await host.get('/reports/all-workspaces', everywhere)).status).toBe(412);
    });

    it('403: a route that declares nothing is closed, also to who may do everything', async () => {
      const { header } = await host.createKey(['*']);
      const { status, body, headers } = await host.get('/orders/undeclared', header);
      expect(headers.has('www-authenticate')).toBe(false);
      expect({ status, message: body.message }).toEqual({
        status: 403,
        message: 'This route declares no access, so nobody may enter.',
      });
    });

    it('200: what is public needs no key; what is any caller’s needs one', async () => {
      expect(await host.get('/orders/anybody')).toMatchObject({ status: 200, body: { open: true } });
      expect((await host.get('/orders/caller')).status).toBe(401);
      const { header } = await host.createKey(['apikeys:view']);
      expect(await host.get('/orders/caller', header)).toMatchObject({ status: 200, body: { known: true } });
    });

    it('401: PermissionGuard without ApiKeyGuard lets nobody in', async () => {
      const { header } = await host.createKey(['*']);
      const { status, headers } = await host.get('/half', header);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer realm="latchkey"');
    });

    it('429: with the time to wait and the limit, once it is used up', async () => {
      const { header } = await host.createKey(['orders:view'], { rateLimit: { limit: 2, windowSeconds: 60 } });
      expect((await host.get('/orders', header)).status).toBe(200);
      expect((await host.get('/orders', header)).status).toBe(200);

      const { status, headers, body } = await host.get('/orders', header);

      expect({ status, code: body.code }).toEqual({ status: 429, code: 'rate_limit.exceeded' });
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.get('ratelimit')).toMatch(/^"key";r=0;t=\d+$/);
      expect(headers.get('ratelimit-policy')).toBe('"key";q=2;w=60');
    });

    it('refusals are on the trail: the pattern of the route, and no secret', async () => {
      const { id, workspaceId, header, secret } = await host.createKey(['apikeys:view']);
      const agent = { 'user-agent': `curl ${secret}` };
      expect((await host.send('POST', '/orders/of-nobody/refund', undefined, { ...header, ...agent })).status).toBe(
        403,
      );

      const [record] = await host.recordsOf(workspaceId, 'auth.denied');

      expect(record).toMatchObject({
        outcome: 'denied',
        actor: { type: 'apikey', id },
        request: { method: 'POST', route: '/orders/:id/refund', ip: '127.0.0.1' },
        statusCode: 403,
        errorCode: 'auth.permission_denied',
      });
      expect(JSON.stringify(record)).not.toContain(secret);
      expect(JSON.stringify(record)).not.toContain('of-nobody');
    });

    it('the use of a deleted key is on the trail of its workspace', async () => {
      const { id, workspaceId, header } = await host.createKey(['orders:view']);
      await host.app.get(ApiKeysService, { strict: false }).delete(Principal.system('host', workspaceId), id, {});
      expect((await host.get('/orders', header)).status).toBe(401);

      const [record] = await host.recordsOf(workspaceId, 'auth.failed');

      expect(record).toMatchObject({
        reason: 'deleted',
        targets: [{ type: 'apikey', id }],
        request: { route: '/orders' },
      });
    });
  });
});
