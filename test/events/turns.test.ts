import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Principal } from '../../src/identity/principal.js';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { UnitOfWork } from '../../src/events/unit-of-work.js';
import { PermissionSet } from '../../src/identity/permission-set.js';
import type { Call } from '../support/queue.js';
import { createWorkspace, startService, uniqueName, type RunningService } from '../support/service.js';
import { forEachStore } from '../support/stores.js';
import { holdLock } from '../support/write-lock.js';
import { startHost } from './host.js';

/** More than there are connections. */
const FLOOD = 40;
const MOST_WAITING = 512;
/** Longer than anybody waits. */
const LONG_MS = 20_000;

describe('commands of several workspaces', () => {
  forEachStore((kind) => {
    let service: RunningService;

    beforeAll(async () => {
      service = await startService(kind);
    });

    afterAll(() => service.stop());

    const member = (workspaceId: string, type: 'user' | 'apikey' = 'user') =>
      new Principal(
        {
          type,
          id: 'ann',
          display: 'Ann',
          credentialId: null,
          workspaceId,
          permissions: PermissionSet.everything,
          rateLimit: null,
          owner: 'ann',
        },
        null,
      );

    it('take turns: who asks for many waits for its own, and is refused what would wait too long', async () => {
      const unitOfWork = service.app.get(UnitOfWork, { strict: false });
      const workspaces = await Promise.all(Array.from({ length: 3 }, () => createWorkspace(service)));
      const [busy = '', other = '', third = ''] = workspaces.map(({ id }) => id);
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const done: string[] = [];
      const run = async (actor: Principal, name: string) => {
        await unitOfWork.run(actor, () => released);
        done.push(name);
      };
      const many = Array.from({ length: MOST_WAITING + 20 }, (_, at) =>
        run(member(busy, at % 2 === 0 ? 'user' : 'apikey'), 'busy'),
      );
      const outcomes = Promise.allSettled(many);
      const others = [
        run(member(other), 'other'),
        run(Principal.system('job', busy), 'system'),
        run(member(third), 'third'),
      ];
      await expect(many.at(-1)).rejects.toThrow(StoreUnavailableError);
      await expect(many.at(-1)).rejects.toMatchObject({ kind: 'unavailable', isRefusal: false });
      await expect(many.at(-1)).rejects.toMatchObject({ headers: { 'Retry-After': '1' } });
      release();
      await Promise.all(others);

      expect(done.length).toBeLessThan(MOST_WAITING / 2);
      const refused = (await outcomes).filter(({ status }) => status === 'rejected');
      const running = kind === 'sqlite' ? 1 : 7;
      expect(refused).toHaveLength(20 - running);
    });
  });
});

describe('a command that has waited for long before', () => {
  forEachStore((kind) => {
    it('does not wait for its turn as long again', async () => {
      const host = await startHost(kind, []);
      let release: () => void = () => undefined;
      const released = new Promise<void>((resolve) => (release = resolve));
      const before = Array.from({ length: host.database.changesAtOnce }, () =>
        host.unitOfWork.run(host.actor, () => released),
      );
      const late = host.unitOfWork.run(host.actor, () => undefined, { since: performance.now() - LONG_MS });
      await expect(late).rejects.toThrow(StoreUnavailableError);
      release();
      await Promise.all(before);
      await host.stop();
    });
  });
});

describe('A workspace whose changes all wait', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await startService('postgres');
  });

  afterAll(() => service.stop());

  it('keeps neither changes, nor look-ups, nor lists of others from their connections', async () => {
    const busy = await createWorkspace(service);
    const other = await createWorkspace(service);
    const key = await busy.keyWith('apikeys:view', 'apikeys:update');
    const otherKey = await other.keyWith('apikeys:view', 'apikeys:create', 'members:view');
    const release = await holdLock(
      service.store,
      `SELECT 1 FROM latchkey_workspaces WHERE id = '${busy.id}' FOR UPDATE`,
    );
    const change: Call = () => key.client.patch(`/apikey/${key.id}`, { description: 'x' });
    const waiting = Array.from({ length: FLOOD }, () => change().then(({ status }) => status));
    try {
      await service.operator.get('/me').expect(200);
      await otherKey.client.post('/apikey', { keyName: uniqueName('Key'), permissions: ['members:view'] }).expect(201);
      await otherKey.client.get('/apikey').expect(200);
      const health = await fetch(`${service.url}/health/ready`);
      expect(health.status).toBe(200);
    } finally {
      await release();
    }

    expect(new Set(await Promise.all(waiting))).toEqual(new Set([200]));
  });
});
