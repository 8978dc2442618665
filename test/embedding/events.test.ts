import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { EventEmitterModule, OnEvent } from '@nestjs/event-emitter';
import { AuditService, Principal } from '../../src/index.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';

interface Announced {
  action: string;
  workspaceId: string | null;
  targets: { type: string; id: string }[];
}

@Injectable()
class Listener {
  readonly heard: Announced[] = [];

  @OnEvent('latchkey.**')
  hear(event: Announced): void {
    this.heard.push(event);
  }
}

describe('what a host hears of', () => {
  forEachStore((kind) => {
    let host: Host | undefined;

    afterEach(() => host?.stop());

    const recordIn = async ({ app, createWorkspace }: Host) => {
      const actor = Principal.system('host', await createWorkspace());
      const audit = app.get(AuditService, { strict: false });
      return {
        actor,
        record: (id: string) => audit.record(actor, { action: 'order.paid', targets: [{ type: 'order', id }] }),
      };
    };

    it('through its EventEmitterModule: Latchkey’s events and its own, after their commit', async () => {
      host = await startHost(kind, {
        imports: [EventEmitterModule.forRoot({ wildcard: true })],
        providers: [Listener],
      });
      const { heard } = host.app.get(Listener);
      const { actor, record } = await recordIn(host);
      await host.createKey(['apikeys:view'], { workspaceId: actor.workspaceId ?? '' });
      await record('7');

      expect(heard.map(({ action }) => action)).toEqual([
        'operator.created',
        'workspace.created',
        'apikey.created',
        'order.paid',
      ]);
      expect(heard[3]).toMatchObject({ workspaceId: actor.workspaceId, targets: [{ type: 'order', id: '7' }] });
    });

    it('not of what is in its own transaction: it knows when that commits', async () => {
      host = await startHost(kind, {
        imports: [EventEmitterModule.forRoot({ wildcard: true })],
        providers: [Listener],
      });
      const { actor } = await recordIn(host);
      const audit = host.app.get(AuditService, { strict: false });
      await host.dataSource.transaction((manager) => audit.record(actor, { action: 'order.paid' }, manager));
      expect(host.app.get(Listener).heard.map(({ action }) => action)).toEqual([
        'operator.created',
        'workspace.created',
      ]);
    });

    it('nothing without EventEmitterModule, which is looked for once', async () => {
      host = await startHost(kind);
      const { record } = await recordIn(host);
      const looks = jest.spyOn(DiscoveryService.prototype, 'getProviders');
      try {
        await record('7');
        await record('8');
        expect(looks).not.toHaveBeenCalled();
      } finally {
        looks.mockRestore();
      }
    });
  });
});
