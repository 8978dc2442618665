import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RequestFailed } from '../../src/refused-requests/events.js';
import { newId } from '../../src/kernel/ids.js';
import { Database } from '../../src/database/database.js';
import type { Actor } from '../../src/events/actor.js';
import { FailedAttempts } from '../../src/refused-attempts/failed-attempts.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const ANONYMOUS_A_MINUTE = 600;

interface Count {
  name: string;
  count: number;
}

interface AuditRecord {
  action: string;
  actor: { type: string; id: string };
  targets: { type: string; id: string; display: string | null }[];
  changes: { field: string; after: unknown }[];
  reason: string;
  request: { route: string } | null;
  errorCode: string | null;
}

interface AuditPage {
  data: AuditRecord[];
  nextCursor: string | null;
}

describe('The flood rule', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let attempts: FailedAttempts;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, { ...provider.variables, TRUST_PROXY: '127.0.0.1' });
      attempts = service.app.get(FailedAttempts, { strict: false });
    });

    beforeEach(async () => {
      await nextMinute();
      workspace = await createWorkspace(service);
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const nextMinute = async (): Promise<void> => {
      service.advance(MINUTE_MS);
      await attempts.closeEnded();
    };

    const from = (ip: string) => service.anonymous.with({ 'x-forwarded-for': ip });

    const read = async (client: WorkspaceFixture['operator'], query: string): Promise<AuditRecord[]> =>
      (await client.get(`/audit?limit=500&${query}`).expect(200)).body.data;

    const deadKeys = (count: number): Promise<KeyFixture[]> =>
      Promise.all(
        Array.from({ length: count }, async () => {
          const key = await workspace.keyWith('apikeys:view');
          await workspace.operator.delete(`/apikey/${key.id}`).expect(200);
          return key;
        }),
      );

    const named = ({ changes }: AuditRecord, field: string): Count[] =>
      changes.filter((change) => change.field === field).flatMap(({ after }) => after as Count[]);

    const counted = ({ changes }: AuditRecord, action: string): number =>
      Number(changes.find(({ field }) => field === action)?.after ?? 0);

    it('ten requests without a credential do not hide a leaked key that was deleted', async () => {
      const [key] = await deadKeys(1);
      for (let at = 0; at < 15; at += 1) await service.anonymous.get('/apikey').expect(401);
      await key!.client.get('/apikey').expect(401);
      expect(await read(workspace.operator, 'action=auth.failed')).toMatchObject([
        { targets: [{ type: 'apikey', id: key!.id, display: key!.name }], reason: 'deleted' },
      ]);
    });

    it('behind one address, every dead key is named, also when very many are tried', async () => {
      const keys = await deadKeys(30);
      for (let round = 0; round < 13; round += 1) {
        await Promise.all(keys.map(({ client }) => client.get('/apikey').expect(401)));
      }
      await nextMinute();
      const failed = await read(workspace.operator, 'action=auth.failed');
      expect(failed).toHaveLength(300);
      expect(new Set(failed.map(({ targets }) => targets[0]?.id))).toEqual(new Set(keys.map(({ id }) => id)));
      const suppressed = await read(workspace.operator, 'action=audit.suppressed');
      expect(suppressed).toHaveLength(1);
      expect(counted(suppressed[0]!, 'auth.failed')).toBe(90);
      expect(named(suppressed[0]!, 'targets')).toHaveLength(30);
      expect(new Set(suppressed[0]!.targets.map(({ id }) => id))).toEqual(new Set(keys.map(({ id }) => id)));
      expect(named(suppressed[0]!, 'routes')).toEqual([{ name: 'GET /api/v1/apikey', count: 90 }]);
    });

    it('a client’s first attempt of the day with a known key is a record whatever else there was', async () => {
      const [key] = await deadKeys(1);
      const tryFrom = (ip: string) => key!.client.with({ 'x-forwarded-for': ip }).get('/apikey').expect(401);
      for (let at = 0; at < 12; at += 1) await tryFrom('192.0.2.1');
      for (let network = 0; network < 30; network += 1) {
        await tryFrom(`203.0.${network}.7`);
        // All of what is left to anonymous callers.
        if (network === 0) await exhaustAnonymousBudget();
      }
      const firsts = async () => (await read(workspace.operator, 'action=auth.failed')).length;
      expect(await firsts()).toBe(10 + 30);
      await tryFrom('203.0.0.99');
      expect(await firsts()).toBe(40);
      service.advance(DAY_MS);
      await exhaustAnonymousBudget();
      await tryFrom('203.0.0.99');
      expect(await firsts()).toBe(41);
    });

    it('ten junk deletes do not hide an escalation', async () => {
      const { id, client } = await workspace.keyWith('apikeys:delete', 'apikeys:create');
      for (let at = 0; at < 15; at += 1) await client.delete(`/apikey/${id.replace(/.$/, 'x')}`).expect(404);
      await client.post('/apikey', { keyName: 'Mine', permissions: ['*'] }).expect(403, 'auth.escalation');
      const records = await read(workspace.operator, `actorId=${id}`);
      expect(records.map(({ errorCode }) => errorCode)).toEqual([
        'auth.escalation',
        ...Array.from({ length: 10 }, () => 'apikey.not_found'),
      ]);
    });

    it('a person who is called like the operator takes nothing of what is the operator’s', async () => {
      const { id } = (await service.operator.get('/me').expect(200)).body.principal;
      const person = service.anonymous.as(await provider.token(String(id)));
      for (let at = 0; at < 15; at += 1) await person.get('/apikey').expect(403);
      await service.operator.get('/apikey').expect(412);
      await nextMinute();
      const everything = service.operator.in('*');
      const denied = (await read(everything, `action=auth.denied&actorId=${id}`)).slice(0, 11);
      expect(denied.map(({ actor }) => actor.type)).toEqual(['operator', ...Array.from({ length: 10 }, () => 'user')]);
      const [suppressed] = await read(everything, 'action=audit.suppressed');
      expect(named(suppressed!, 'sources')).toEqual([{ name: `user:${id}`, count: 5 }]);
      expect(suppressed!.targets).toMatchObject([{ type: 'user', id }]);
    });

    it('all addresses of a /64 are one source', async () => {
      for (let host = 1; host <= 30; host += 1) {
        await from(`2001:db8:0:7::${host.toString(16)}`)
          .get('/role')
          .expect(401);
      }
      await from('2001:db8:0:8::1').get('/role').expect(401);
      await nextMinute();
      expect(await countOf('/api/v1/role')).toBe(10 + 1);
      const [suppressed] = await read(service.operator.in('*'), 'action=audit.suppressed');
      expect(named(suppressed!, 'sources')).toEqual([{ name: '2001:db8:0:7::/64', count: 20 }]);
      // Not where it could not be erased.
      expect(suppressed!.targets).toEqual([]);
    });

    it('many sources write no more than the budget, and share commits', async () => {
      const [key] = await deadKeys(1);
      const commits = await commitsDuring(async () => {
        await Promise.all(
          Array.from({ length: 700 }, (_, at) =>
            from(`10.${at >> 8}.${at & 255}.1`)
              .get('/member')
              .expect(401),
          ),
        );
        await Promise.all(
          Array.from({ length: 40 }, (_, at) =>
            key!.client
              .with({ 'x-forwarded-for': `10.9.${at}.1` })
              .get('/member')
              .expect(401),
          ),
        );
      });
      await nextMinute();
      const written = await countOf('/api/v1/member');
      expect(written).toBe(ANONYMOUS_A_MINUTE + 40);
      const [suppressed] = await read(service.operator.in('*'), 'action=audit.suppressed');
      expect(counted(suppressed!, 'auth.failed')).toBe(700 - ANONYMOUS_A_MINUTE);
      const sources = named(suppressed!, 'sources');
      expect(sources).toHaveLength(51);
      expect(sources.reduce((sum, { count }) => sum + count, 0)).toBe(700 - ANONYMOUS_A_MINUTE);
      expect(sources.at(-1)).toMatchObject({ name: 'others' });
      expect(commits).toBeLessThan(written / 3);
    });

    it('one workspace’s refusals hide neither another’s refusal nor the use of its dead key', async () => {
      const evil = newId();
      const [dead] = await deadKeys(1);
      const { id, client } = await workspace.keyWith('apikeys:view');
      const target = await workspace.keyWith('*');
      const callers = Array.from({ length: 11 }, newId);
      const wasted = Array.from({ length: 6600 }, (_, at) => {
        const caller = callers[at % callers.length]!;
        const targets = [{ type: 'apikey', id: newId(), display: '' }];
        const facts = { workspaceId: evil, targets, statusCode: 404, errorCode: 'apikey.not_found' };
        return attempts.record(actorOf('apikey', caller, evil), new RequestFailed(facts));
      });
      await Promise.all(wasted);

      await client.delete(`/apikey/${target.id}`).expect(403);
      await dead!.client.get('/apikey').expect(401);
      expect(await read(workspace.operator, `actorId=${id}`)).toMatchObject([{ targets: [{ id: target.id }] }]);
      expect(await read(workspace.operator, 'action=auth.failed')).toMatchObject([{ targets: [{ id: dead!.id }] }]);
    });

    const actorOf = (type: Actor['type'], id: string, workspaceId: string | null): Actor => ({
      type,
      id,
      display: id,
      credentialId: null,
      workspaceId,
      origin: null,
    });

    async function exhaustAnonymousBudget(): Promise<void> {
      for (let at = 0; at < ANONYMOUS_A_MINUTE / 10; at += 1) {
        const client = from(`198.18.${at}.1`);
        await Promise.all(Array.from({ length: 10 }, () => client.get('/me').expect(401)));
      }
    }

    /** How many requests to a route are on the trail as refused with 401. */
    async function countOf(route: string): Promise<number> {
      let count = 0;
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = `/audit?limit=500&action=auth.failed${cursor && `&cursor=${cursor}`}`;
        const { data, nextCursor } = (await service.operator.in('*').get(page).expect(200)).body as AuditPage;
        count += data.filter(({ request }) => request?.route === route).length;
        cursor = nextCursor;
      }
      return count;
    }

    /** How many transactions the service begins meanwhile. */
    async function commitsDuring(meanwhile: () => Promise<void>): Promise<number> {
      const database = service.app.get(Database, { strict: false });
      const transaction = database.transaction.bind(database);
      let count = 0;
      database.transaction = (body) => {
        count += 1;
        return transaction(body);
      };
      try {
        await meanwhile();
      } finally {
        database.transaction = transaction;
      }
      return count;
    }
  });
});
