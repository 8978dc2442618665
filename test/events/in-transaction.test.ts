import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ApiKeyNotFoundError } from '../../src/api-keys/errors.js';
import { ApiKeyDeleted } from '../../src/api-keys/events.js';
import type { DomainEvent } from '../../src/events/domain-event.js';
import { InTransaction } from '../../src/events/in-transaction.decorator.js';
import type { Work } from '../../src/events/work.js';
import { Principal } from '../../src/identity/principal.js';
import { uniqueName } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host } from './host.js';

@Injectable()
class Objector {
  objects = false;
  readonly heard: string[] = [];

  @InTransaction('apikey.deleted')
  hear(_work: Work, events: readonly DomainEvent[]): Promise<void> {
    this.heard.push(...events.map(({ action }) => action));
    return this.objects ? Promise.reject(new RangeError('I object.')) : Promise.resolve();
  }
}

const ALIAS = Symbol('alias');

@Injectable()
class Bookkeeper {
  @InTransaction('*')
  async write(work: Work, events: readonly DomainEvent[]): Promise<void> {
    await work.query('CREATE TABLE IF NOT EXISTS books (id varchar(36) PRIMARY KEY, action text)');
    for (const { id, action } of events)
      await work.query('INSERT INTO books (id, action) VALUES ($1, $2)', [id, action]);
  }
}

@Injectable()
class Chronicler {
  readonly told: unknown[] = [];

  @InTransaction('apikey.deleted')
  hear(work: Work, events: readonly DomainEvent[]): Promise<void> {
    for (const event of events) {
      const { actor, date } = work.attributionOf(event);
      this.told.push({ reason: event.reason, actor: actor.display, date });
    }
    return Promise.resolve();
  }
}

@Injectable()
class Negligent {
  active = false;

  @InTransaction('apikey.deleted')
  async swallow(work: Work): Promise<void> {
    if (this.active) await work.query('INSERT INTO nowhere VALUES (1)').catch(() => undefined);
  }
}

describe('@InTransaction', () => {
  forEachStore((kind) => {
    let host: Host;

    afterEach(() => host.stop());

    const createKey = async () => {
      const { key } = await host.apiKeys.create(host.actor, {
        keyName: uniqueName('Key'),
        permissions: ['apikeys:view'],
      });
      return key.id;
    };

    it('rolls everything back when it throws, and the caller learns why', async () => {
      host = await startHost(kind, [Objector]);
      const objector = host.context.get(Objector);
      const id = await createKey();
      objector.objects = true;

      await expect(host.apiKeys.delete(host.actor, id, {})).rejects.toThrow('I object.');

      expect((await host.apiKeys.get(host.actor, id)).key.id).toBe(id);
      expect(await host.recordsOf('apikey.deleted')).toBe(0);
      expect(await host.database.query('SELECT * FROM latchkey_deleted_keys WHERE key_id = $1', [id])).toEqual([]);

      objector.objects = false;
      await host.apiKeys.delete(host.actor, id, {});
      expect(await host.recordsOf('apikey.deleted')).toBe(1);
      expect(objector.heard).toEqual(['apikey.deleted', 'apikey.deleted']);
    });

    it('commits what it writes with the change, for every event of its name', async () => {
      host = await startHost(kind, [Bookkeeper]);
      const id = await createKey();
      await host.apiKeys.delete(host.actor, id, {});
      await expect(host.apiKeys.delete(host.actor, id, {})).rejects.toThrow(ApiKeyNotFoundError);

      const books = await host.database.query<{ action: string }>('SELECT action FROM books ORDER BY id');
      expect(books.map(({ action }) => action)).toEqual(['workspace.created', 'apikey.created', 'apikey.deleted']);
    });

    it('runs once for a provider that has two names', async () => {
      host = await startHost(kind, [Objector, { provide: ALIAS, useExisting: Objector }]);
      await host.apiKeys.delete(host.actor, await createKey(), {});
      expect(host.context.get(Objector).heard).toEqual(['apikey.deleted']);
    });

    it('hears why something was done, by whom and when, also if another command records it', async () => {
      host = await startHost(kind, [Chronicler]);
      const key = { id: await createKey(), name: 'Key', workspaceId: host.actor.workspaceId ?? '' };
      await host.apiKeys.delete(host.actor, key.id, { reason: 'Lost.' });
      const by = { actor: Principal.system('somebody else'), date: new Date(0) };
      await host.unitOfWork.run(host.actor, (work) => work.record(new ApiKeyDeleted(key, []), by));

      expect(host.context.get(Chronicler).told).toEqual([
        { reason: 'Lost.', actor: 'test', date: expect.any(Date) },
        { reason: null, actor: 'somebody else', date: by.date },
      ]);
    });

    it('cannot swallow a statement that failed', async () => {
      host = await startHost(kind, [Negligent]);
      const id = await createKey();
      host.context.get(Negligent).active = true;

      await expect(host.apiKeys.delete(host.actor, id, {})).rejects.toThrow();

      expect((await host.apiKeys.get(host.actor, id)).key.id).toBe(id);
      expect(await host.recordsOf('apikey.deleted')).toBe(0);
    });
  });
});
