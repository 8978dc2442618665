import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, HttpCode, Injectable, Param, ParseIntPipe, Post, UseGuards } from '@nestjs/common';
import { DataSource } from 'typeorm';
import {
  ApiKeyGuard,
  AuditService,
  CurrentPrincipal,
  PermissionGuard,
  Principal,
  type HostAction,
} from '../../src/index.js';
import type { Actor } from '../../src/events/actor.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';
import { hostDataSource, startHost, type Host, type HostKey } from './host.js';
import { Order } from './order.entity.js';
import { permissions, RequirePermissions } from './permissions.js';

const REFUND: HostAction = { action: 'order.refunded', targets: [{ type: 'order', id: '7' }] };

@Injectable()
class Refunds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: AuditService,
  ) {}

  refund(actor: Principal, id: number, isPaymentUp = true): Promise<string> {
    return this.dataSource.transaction(async (manager) => {
      await manager.update(Order, { id }, { state: 'refunded' });
      const record = await this.audit.record(
        actor,
        {
          action: 'order.refunded',
          targets: [{ type: 'order', id: String(id), display: `Order ${id}` }],
          changes: [{ field: 'state', before: 'paid', after: 'refunded' }],
          reason: 'Broken',
        },
        manager,
      );
      if (!isPaymentUp) throw new Error('The payment provider is down.');
      return record;
    });
  }
}

@Controller('orders')
@UseGuards(ApiKeyGuard, PermissionGuard)
class OrdersController {
  constructor(private readonly refunds: Refunds) {}

  @Post(':id/refund')
  @HttpCode(202)
  @RequirePermissions('orders:refund')
  async refund(@CurrentPrincipal() actor: Principal, @Param('id', ParseIntPipe) id: number) {
    return { record: await this.refunds.refund(actor, id) };
  }
}

describe('AuditService.record', () => {
  forEachStore((kind) => {
    let host: Host;
    let audit: AuditService;
    let key: HostKey;
    let actor: Principal;

    beforeAll(async () => {
      host = await startHost(kind, {
        latchkey: { permissions },
        controllers: [OrdersController],
        providers: [Refunds],
      });
      audit = host.app.get(AuditService, { strict: false });
    });

    beforeEach(async () => {
      key = await host.createKey(['orders:refund']);
      actor = Principal.system('nightly job', key.workspaceId);
      await host.dataSource.manager.save(Order, { id: 7, state: 'paid' });
    });

    afterAll(() => host.stop());

    const records = () => host.recordsOf(key.workspaceId, 'order.refunded');
    const stateOf = async (id: number) => (await host.dataSource.manager.findOneByOrFail(Order, { id })).state;

    it('by itself: is on the trail when it resolves', async () => {
      const id = await audit.record(actor, { ...REFUND, reason: 'Broken' });
      expect(await records()).toMatchObject([
        {
          id,
          action: 'order.refunded',
          outcome: 'success',
          workspaceId: key.workspaceId,
          actor: { type: 'system', display: 'nightly job' },
          targets: [{ type: 'order', id: '7', display: '' }],
          reason: 'Broken',
          request: null,
        },
      ]);
    });

    it('in the host’s transaction: committed, is on the trail with who asked for it, from where', async () => {
      const { status, body } = await host.send('POST', '/orders/7/refund', undefined, key.header);

      expect(status).toBe(202);
      expect(await stateOf(7)).toBe('refunded');
      expect(await records()).toMatchObject([
        {
          id: body.record,
          actor: { type: 'apikey', id: key.id, display: key.name, credentialId: key.id },
          targets: [{ type: 'order', id: '7', display: 'Order 7' }],
          changes: [{ field: 'state', before: 'paid', after: 'refunded' }],
          reason: 'Broken',
          request: { method: 'POST', route: '/orders/:id/refund', ip: '127.0.0.1' },
          statusCode: 202,
        },
      ]);
    });

    it('in the host’s transaction: rolled back, is gone with it', async () => {
      await expect(host.app.get(Refunds).refund(actor, 7, false)).rejects.toThrow('The payment provider is down.');
      expect(await stateOf(7)).toBe('paid');
      expect(await records()).toEqual([]);
    });

    it('in the host’s transaction: is not read before the commit', async () => {
      await host.dataSource.transaction(async (manager) => {
        await audit.record(actor, REFUND, manager);
        expect(await records()).toEqual([]);
      });
      expect(await records()).toHaveLength(1);
    });

    it('in a nested transaction: goes with the part that is rolled back', async () => {
      await host.dataSource.transaction(async (manager) => {
        await audit.record(actor, { ...REFUND, reason: 'outer' }, manager);
        const inner = manager.transaction(async (nested) => {
          await audit.record(actor, { ...REFUND, reason: 'inner' }, nested);
          throw new Error('Not this.');
        });
        await expect(inner).rejects.toThrow('Not this.');
      });
      expect(await records()).toMatchObject([{ reason: 'outer' }]);
    });

    it('does not wait for the host’s transaction, on PostgreSQL', async () => {
      if (kind === 'sqlite') return;
      await host.dataSource.transaction(async (manager) => {
        await manager.update(Order, { id: 7 }, { state: 'held' });
        await audit.record(actor, REFUND);
      });
      expect(await records()).toHaveLength(1);
    });

    it('takes the workspace and the outcome that it is given, and dates', async () => {
      const workspaceId = await host.createWorkspace();
      const at = new Date('2030-01-31T12:00:00Z');
      await audit.record(actor, {
        ...REFUND,
        outcome: 'failure',
        workspaceId: workspaceId.toUpperCase(),
        changes: [{ field: 'paidDate', after: at }],
      });
      expect(await records()).toEqual([]);
      expect(await host.recordsOf(workspaceId, 'order.refunded')).toMatchObject([
        {
          workspaceId,
          outcome: 'failure',
          changes: [{ field: 'paidDate', before: null, after: '2030-01-31T12:00:00.000Z' }],
        },
      ]);
    });

    it('keeps credentials in words and values off the trail', async () => {
      const { secret } = key;
      await audit.record(actor, {
        ...REFUND,
        targets: [{ type: 'order', id: '7', display: `paid with ${secret}` }],
        changes: [{ field: 'note', before: null, after: `see ${secret}` }],
        reason: `because of ${secret}`,
      });
      expect(JSON.stringify(await records())).not.toContain(secret);
    });

    it.each<[string, HostAction]>([
      ['action must be resource.happened', { action: 'refunded' }],
      ['action must be resource.happened', { action: 'order.refunded now' }],
      ['action must be resource.happened', { action: 'order.' }],
      ['action must be resource.happened', { action: `order.${'a'.repeat(95)}` }],
      ['action must not be of apikey', { action: 'apikey.deleted' }],
      ['action must not be of Auth', { action: 'Auth.failed' }],
      ['workspaceId must be the id of a workspace', { ...REFUND, workspaceId: 'shop' }],
      ['targets[0].id must be text of 1 to 255', { ...REFUND, targets: [{ type: 'order', id: '' }] }],
      ['targets[0].type must be text of 1 to 255', { ...REFUND, targets: [{ type: '', id: '7' }] }],
      ['targets[0].id must be text of 1 to 255', { ...REFUND, targets: [{ type: 'order', id: 'a'.repeat(256) }] }],
      ['targets[0].id must be text of 1 to 255', { ...REFUND, targets: [{ type: 'order', id: '7\0' }] }],
      ['targets[0].id must be text', { ...REFUND, targets: [{ type: 'order', id: 7 as unknown as string }] }],
      [
        'targets[1].display must be text of 0 to 255',
        { ...REFUND, targets: [7, 8].map((id) => ({ type: 'order', id: `${id}`, display: 'x'.repeat(id * 35) })) },
      ],
      ['targets must be a list of at most 50', { ...REFUND, targets: Array(51).fill({ type: 'order', id: '7' }) }],
      ['targets must be a list', { ...REFUND, targets: 'order 7' as unknown as [] }],
      [
        'targets[0].name is not a known field',
        { ...REFUND, targets: [{ type: 'order', id: '7', name: 'x' } as never] },
      ],
      ['note is not a known field', { ...REFUND, note: 'x' } as HostAction],
      ['outcome must be one of: success, failure, denied', { ...REFUND, outcome: 'maybe' as 'success' }],
      ['reason must be text of 0 to 500', { ...REFUND, reason: 'x'.repeat(501) }],
      ['reason must be text', { ...REFUND, reason: { because: 'x' } as unknown as string }],
      ['changes must be a list of at most 100', { ...REFUND, changes: Array(101).fill({ field: 'x' }) }],
      ['changes must be at most 65536 bytes', { ...REFUND, changes: [{ field: 'x', after: 'é'.repeat(33_000) }] }],
      ['changes[0].field must be text of 1 to 100', { ...REFUND, changes: [{ field: 'x'.repeat(101) }] }],
      ['changes[0].was is not a known field', { ...REFUND, changes: [{ field: 'x', was: 1 } as never] }],
      ['changes[0] must be an object', { ...REFUND, changes: [null as never] }],
      ['such as JSON can say', { ...REFUND, changes: [{ field: 'total', after: 7n }] }],
      ['such as JSON can say', { ...REFUND, changes: [{ field: 'total', after: NaN }] }],
      ['reason must be text of 0 to 500 characters, well-formed', { ...REFUND, reason: '\ud800' }],
    ])('refuses, saying that %s', async (why, action) => {
      await expect(audit.record(actor, action)).rejects.toThrow(why);
      expect(await records()).toEqual([]);
    });

    const acting = (by: Record<string, unknown>) =>
      ({ ...actor, type: 'user', id: 'u', credentialId: null, ...by }) as unknown as Actor;

    const requested = (from: Record<string, unknown>) =>
      acting({
        origin: { id: 'r', method: 'POST', route: '/', ip: null, userAgent: null, successStatus: 200, ...from },
      });

    it.each<[string, (secret: string) => [Actor, HostAction]]>([
      ['actor.id must not have a credential', (secret) => [acting({ id: secret }), REFUND]],
      ['actor.credentialId must not have a credential', (secret) => [acting({ credentialId: secret }), REFUND]],
      ['targets[0].id must not', (secret) => [actor, { ...REFUND, targets: [{ type: 'order', id: `of ${secret}` }] }]],
      ['targets[0].type must not', (secret) => [actor, { ...REFUND, targets: [{ type: secret, id: '7' }] }]],
      ['action must not have a credential', (secret) => [actor, { action: `order.${secret}` }]],
      ['action must not have a credential', (secret) => [actor, { action: `order.${secret.slice(0, -1)}` }]],
    ])('refuses a credential where it would stay for ever: %s', async (why, given) => {
      await expect(audit.record(...given(key.secret))).rejects.toThrow(why);
      expect(await records()).toEqual([]);
    });

    it.each<[string, Record<string, unknown> | null]>([
      ['actor must be an object', null],
      ['actor.type must be one of: apikey, user', { type: 'god' }],
      ['actor.id must be text of 1 to 255', { id: 7 }],
      ['actor.id must be text of 1 to 255', { id: 'x'.repeat(256) }],
      ['actor.display must be text of 0 to 255', { display: 'x'.repeat(256) }],
      ['actor.credentialId must be text of 1 to 255', { credentialId: { a: 1 } }],
      ['actor.credentialId must be text of 1 to 255', { credentialId: 'x'.repeat(1_000_000) }],
      ['actor.workspaceId must be the id of a workspace', { workspaceId: 'shop' }],
      ['actor.origin must be an object', { origin: 'here' }],
      ['actor.origin.route must be text', { origin: { id: 'r', method: 'GET', route: {}, successStatus: 200 } }],
      ['actor.origin.successStatus must be', { origin: { id: 'r', method: 'GET', route: '/' } }],
    ])('refuses an actor, saying that %s', async (why, by) => {
      await expect(audit.record(by === null ? (null as never) : acting(by), REFUND)).rejects.toThrow(why);
    });

    it('keeps credentials, and what may have been one, off the trail wherever they were', async () => {
      const { secret } = key;
      const damaged = secret.slice(0, -1);
      const origin = { id: secret, method: secret, route: `/${secret}`, ip: secret, userAgent: damaged };
      const by = { ...requested(origin), id: damaged, display: secret, credentialId: damaged };
      await audit.record(by, {
        ...REFUND,
        targets: [{ type: damaged, id: damaged, display: damaged }],
        changes: [{ field: damaged, before: secret, after: { [damaged]: [damaged] } }],
        reason: damaged,
      });
      const stored = await withSql(host.store, (query) =>
        query(
          'SELECT payload, content, actor_id, target_id FROM latchkey_audit_events JOIN latchkey_audit_pii ON event_id = id',
        ),
      );
      expect(await records()).toHaveLength(1);
      expect(JSON.stringify(stored)).not.toContain(secret.slice(0, 12));
      expect(JSON.stringify(stored)).not.toContain(secret.slice(12, 30));
    });

    it('bounds what is stored, all together, and what a request says of itself', async () => {
      const target = (at: number) => ({
        type: 'é'.repeat(255),
        id: `${at}`.padEnd(255, 'é'),
        display: 'é'.repeat(255),
      });
      const targets = Array.from({ length: 50 }, (_, at) => target(at));
      await expect(audit.record(actor, { ...REFUND, targets })).rejects.toThrow(
        'The record must be at most 65536 bytes',
      );
      const long = 'x'.repeat(1_000_000);
      await audit.record(requested({ id: long, method: long, route: long, ip: long, userAgent: long }), REFUND);
      const [record] = await records();
      expect(JSON.stringify(record).length).toBeLessThan(4000);
    });

    it('shows what a request says of itself without NUL and lone surrogates', async () => {
      await audit.record(requested({ route: '/a\0b', userAgent: 'a\ud800b' }), REFUND);
      expect(await records()).toMatchObject([{ request: { route: '/a\ufffdb', userAgent: 'a\ufffdb' } }]);
    });

    it('reads what it is given once', async () => {
      const once = <T>(first: T, then: T) => {
        let count = 0;
        return () => (count++ === 0 ? first : then);
      };
      const long = 'x'.repeat(2_000_000);
      const id = once('fine', long);
      const action = once('order.refunded', 'apikey.deleted');
      const type = once('user', 'operator');
      await audit.record(Object.defineProperty({ ...acting({}) }, 'type', { get: type, enumerable: true }), {
        get action() {
          return action();
        },
        targets: [
          {
            type: 'order',
            get id() {
              return id();
            },
          },
        ],
        changes: [{ field: 'note', after: { toJSON: once('short', long) } }],
      });
      expect(await records()).toMatchObject([
        { actor: { type: 'user' }, targets: [{ id: 'fine' }], changes: [{ after: 'short' }] },
      ]);
    });

    it('refuses a manager that is in no transaction, or in none any more', async () => {
      const why = 'The EntityManager is in no transaction';
      await expect(audit.record(actor, REFUND, host.dataSource.manager)).rejects.toThrow(why);
      const kept = await host.dataSource.transaction((manager) => Promise.resolve(manager));
      await expect(audit.record(actor, REFUND, kept)).rejects.toThrow(why);
      expect(await records()).toEqual([]);
    });

    it('refuses a manager of another data source', async () => {
      const other = await new DataSource({ ...hostDataSource(host.store), synchronize: false }).initialize();
      try {
        const recorded = other.transaction((manager) => audit.record(actor, REFUND, manager));
        await expect(recorded).rejects.toThrow('of another data source');
      } finally {
        await other.destroy();
      }
      expect(await records()).toEqual([]);
    });
  });
});
