import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, UseGuards } from '@nestjs/common';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import {
  ApiKeyGuard,
  ApiKeysService,
  AuditService,
  definePermissions,
  PermissionGuard,
  Principal,
  type LatchkeyModuleOptions,
} from '../../src/index.js';
import type { StoreKind } from '../support/stores.js';
import { startHost, type Host } from './host.js';

const shop = definePermissions({ 'orders:view': 'See orders.', 'orders:refund': 'Refund orders.' });
const clinic = definePermissions({ 'patients:view': 'See patients.' });
const SHOP_OPERATOR = 'the-operator-key-of-the-shop-01234567';
const CLINIC_OPERATOR = 'the-operator-key-of-the-clinic-0123456';

@Controller('orders')
@UseGuards(ApiKeyGuard, PermissionGuard)
class OrdersController {
  @Get()
  @shop.RequirePermissions('orders:view')
  list(): string[] {
    return [];
  }
}

@Controller('patients')
@UseGuards(ApiKeyGuard, PermissionGuard)
class PatientsController {
  @Get()
  @clinic.RequirePermissions('patients:view')
  list(): string[] {
    return [];
  }
}

/** Of the same class in both applications. */
@Controller('shared')
@UseGuards(ApiKeyGuard, PermissionGuard)
class SharedController {
  @Get()
  @shop.RequireAnyPermission(['apikeys:view'])
  list(): string[] {
    return [];
  }
}

@Injectable()
class Listener {
  readonly heard: string[] = [];

  @OnEvent('latchkey.**')
  hear({ action }: { action: string }): void {
    this.heard.push(action);
  }
}

function start(kind: StoreKind, latchkey: LatchkeyModuleOptions, controller: typeof OrdersController): Promise<Host> {
  return startHost(kind, {
    latchkey,
    controllers: [controller, SharedController],
    providers: [Listener],
    imports: [EventEmitterModule.forRoot({ wildcard: true })],
  });
}

describe.each<[StoreKind, StoreKind]>([
  ['sqlite', 'sqlite'],
  ['postgres', 'postgres'],
  ['sqlite', 'postgres'],
])('two applications in one process, on %s and on %s', (first, second) => {
  let one: Host;
  let other: Host;

  beforeAll(async () => {
    one = await start(
      first,
      { keyPrefix: 'shop', permissions: shop, operatorKey: SHOP_OPERATOR, routePrefix: 'keys' },
      OrdersController,
    );
    other = await start(
      second,
      {
        keyPrefix: 'clinic_test',
        permissions: clinic,
        operatorKey: CLINIC_OPERATOR,
        routePrefix: 'admin/access',
        controllers: ['me', 'apikey', 'permission', 'workspace'],
      },
      PatientsController,
    );
  });

  afterAll(async () => {
    await one.stop();
    await other.stop();
  });

  const heardBy = ({ app }: Host) => app.get(Listener).heard;

  it('know their own keys only', async () => {
    const order = await one.createKey(['orders:view', 'apikeys:view']);
    const patient = await other.createKey(['patients:view', 'apikeys:view']);
    expect(order.secret).toMatch(/^shop_/);
    expect(patient.secret).toMatch(/^clinic_test_/);
    expect((await one.get('/orders', order.header)).status).toBe(200);
    expect((await other.get('/patients', patient.header)).status).toBe(200);
    expect((await other.get('/patients', order.header)).status).toBe(401);
    expect((await one.get('/orders', patient.header)).status).toBe(401);
    for (const [host, mine, theirs] of [[one, order, patient] as const, [other, patient, order] as const]) {
      expect((await host.get('/shared', mine.header)).status).toBe(200);
      expect((await host.get('/shared', theirs.header)).status).toBe(401);
    }
  });

  it('know their own operator only', async () => {
    expect((await one.get('/keys/workspace', { authorization: SHOP_OPERATOR })).status).toBe(200);
    expect((await one.get('/keys/workspace', { authorization: CLINIC_OPERATOR })).status).toBe(401);
    expect((await other.get('/admin/access/workspace', { authorization: CLINIC_OPERATOR })).status).toBe(200);
    expect((await other.get('/admin/access/workspace', { authorization: SHOP_OPERATOR })).status).toBe(401);
  });

  it('have their own routes and permissions', async () => {
    const { header } = await one.createKey(['*']);
    const { header: otherHeader } = await other.createKey(['*']);
    expect((await one.get('/keys/audit', header)).status).toBe(200);
    expect((await one.get('/admin/access/me', header)).status).toBe(404);
    expect((await other.get('/admin/access/me', otherHeader)).status).toBe(200);
    expect((await other.get('/admin/access/audit', otherHeader)).status).toBe(404);
    expect((await other.get('/keys/me', otherHeader)).status).toBe(404);

    const names = async (host: Host, path: string, headers: Record<string, string>) =>
      (await host.get(path, headers)).body.map(({ name }: { name: string }) => name);
    const ofOne = await names(one, '/keys/permission', header);
    const ofOther = await names(other, '/admin/access/permission', otherHeader);
    expect(ofOne.slice(-2)).toEqual(['orders:view', 'orders:refund']);
    expect(ofOther.at(-1)).toBe('patients:view');
    expect(ofOther).not.toContain('orders:view');
    await expect(one.createKey(['patients:view'])).rejects.toThrow('patients:view is not a known permission');
  });

  it('announce to their own listeners, and revoke and record for themselves', async () => {
    const [heardByOne, heardByOther] = [heardBy(one).length, heardBy(other).length];
    const { id, workspaceId, header } = await one.createKey(['orders:view']);
    expect((await one.get('/orders', header)).status).toBe(200);
    const actor = Principal.system('host', workspaceId);
    await one.app.get(ApiKeysService, { strict: false }).delete(actor, id, {});
    await one.app.get(AuditService, { strict: false }).record(actor, { action: 'order.paid' });

    expect((await one.get('/orders', header)).status).toBe(401);
    const heard = heardBy(one).slice(heardByOne);
    expect(heard).toEqual(['workspace.created', 'apikey.created', 'apikey.deleted', 'order.paid', 'auth.failed']);
    expect(heardBy(other).slice(heardByOther)).toEqual([]);
    const found = await other.app.get(AuditService, { strict: false }).list(Principal.system('host'), { targetId: id });
    expect(found.data).toEqual([]);
  });

  it('count rate limits for themselves', async () => {
    const limited = { rateLimit: { limit: 1, windowSeconds: 60 } };
    const order = await one.createKey(['orders:view'], limited);
    const patient = await other.createKey(['patients:view'], limited);
    expect((await one.get('/orders', order.header)).status).toBe(200);
    expect((await one.get('/orders', order.header)).status).toBe(429);
    expect((await other.get('/patients', patient.header)).status).toBe(200);
    expect((await other.get('/patients', patient.header)).status).toBe(429);
  });

  it('end for themselves', async () => {
    const third = await start(first, { permissions: shop }, OrdersController);
    await third.createKey(['orders:view']);
    await third.stop();
    const { header } = await one.createKey(['orders:view']);
    expect((await one.get('/orders', header)).status).toBe(200);
  });
});
