import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, Logger } from '@nestjs/common';
import { EventEmitter2, OnEvent } from '@nestjs/event-emitter';
import type { DomainEvent } from '../../src/events/domain-event.js';
import { InTransaction } from '../../src/events/in-transaction.decorator.js';
import { uniqueName } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';

@Injectable()
class LastWord {
  throws = false;

  @InTransaction('*')
  hear(): Promise<void> {
    return this.throws ? Promise.reject(new Error('Too late.')) : Promise.resolve();
  }
}

@Injectable()
class FailingListener {
  @OnEvent('latchkey.apikey.deleted', { prependListener: true })
  fail(): void {
    throw new Error('A listener’s own trouble.');
  }
}

@Injectable()
class Listener {
  readonly heard: DomainEvent[] = [];

  @OnEvent('latchkey.apikey.deleted')
  hear(event: DomainEvent): void {
    this.heard.push(event);
  }
}

describe('announcements after the commit', () => {
  forEachStore((kind) => {
    let host: Host;
    let emitter: EventEmitter2;

    beforeEach(async () => {
      host = await startHost(kind, [LastWord, FailingListener, Listener]);
      emitter = host.context.get(EventEmitter2, { strict: false });
    });

    afterEach(() => host.stop());

    const createKey = async () => {
      const { key } = await host.apiKeys.create(host.actor, {
        keyName: uniqueName('Key'),
        permissions: ['apikeys:view'],
      });
      return key.id;
    };

    it('come when the change and its record can be read', async () => {
      const id = await createKey();
      const seen = new Promise<unknown>((resolve) => {
        emitter.on('latchkey.apikey.deleted', ({ id: eventId }: DomainEvent) => {
          const keys = host.database.query('SELECT id FROM latchkey_api_keys WHERE id = $1', [id]);
          const records = host.database.query('SELECT id FROM latchkey_audit_events WHERE id = $1', [eventId]);
          resolve(Promise.all([keys, records]));
        });
      });

      await host.apiKeys.delete(host.actor, id, {});

      expect(await seen).toEqual([[], [{ id: expect.any(String) }]]);
    });

    it('do not come for what was rolled back', async () => {
      const id = await createKey();
      host.context.get(LastWord).throws = true;
      await expect(host.apiKeys.delete(host.actor, id, {})).rejects.toThrow('Too late.');
      host.context.get(LastWord).throws = false;
      await host.apiKeys.delete(host.actor, id, {});

      expect(host.context.get(Listener).heard).toHaveLength(1);
    });

    it('harm nobody when a listener fails, which is logged', async () => {
      const logged: unknown[] = [];
      const log = (entry: unknown): number => logged.push(entry);
      Logger.overrideLogger({ log: () => undefined, warn: () => undefined, error: log });
      emitter.prependListener('latchkey.apikey.deleted', () => {
        throw new Error('at once');
      });
      const rejecting: () => unknown = () => Promise.reject(new Error('later'));
      emitter.prependListener('latchkey.apikey.deleted', rejecting);
      const everything: unknown[] = [];
      emitter.onAny((name) => {
        everything.push(name);
      });
      const once: unknown[] = [];
      emitter.once('latchkey.apikey.deleted', (event: DomainEvent) => once.push(event.action));
      const id = await createKey();

      await host.apiKeys.delete(host.actor, id, {});

      expect(host.context.get(Listener).heard.map(({ targets }) => targets[0]?.id)).toEqual([id]);
      expect(everything).toEqual(['latchkey.apikey.created', 'latchkey.apikey.deleted']);
      expect(await host.recordsOf('apikey.deleted')).toBe(1);
      const failed = { message: 'A listener failed after the commit.', action: 'apikey.deleted' };
      expect(logged).toEqual(
        expect.arrayContaining(
          ['at once', 'later'].map((error) =>
            expect.objectContaining({ ...failed, error: expect.stringContaining(error) }),
          ),
        ),
      );
      await host.apiKeys.delete(host.actor, await createKey(), {});
      expect(once).toEqual(['apikey.deleted']);
    });
  });
});
