import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Body, Client } from '../support/client.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { forEachStore } from '../support/stores.js';

const HOUR = { expiresInSeconds: 3600 };
const NEAR = { allowedIps: ['127.0.0.0/8', '10.0.0.0/8'] };
const SLOW = { rateLimit: { limit: 1000, windowSeconds: 60 } };

interface Restricted {
  id: string;
  client: Client;
}

describe('no restricted caller grants beyond its restrictions', () => {
  forEachStore((kind) => {
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      service = await startService(kind);
      workspace = await createWorkspace(service);
    });

    afterAll(() => service.stop());

    const keyWith = async (settings: Body): Promise<Restricted> => {
      const body = { keyName: uniqueName('Key'), permissions: ['*'], ...settings };
      const made = (await workspace.operator.post('/apikey', body).expect(201)).body;
      return { id: made.id, client: service.anonymous.as(made.apiKey) };
    };

    const create = ({ client }: Restricted, settings: Body) =>
      client.post('/apikey', { keyName: uniqueName('Key'), permissions: ['apikeys:view'], ...settings });

    it.each<[field: string, own: Body, beyond: Body[], within: Body[]]>([
      ['expirationDate', HOUR, [{}, { expiresInSeconds: 7200 }], [{ expiresInSeconds: 60 }]],
      [
        'allowedIps',
        NEAR,
        [{}, { allowedIps: ['10.0.0.0/7'] }, { allowedIps: ['10.1.0.0/16', '192.0.2.1'] }, { allowedIps: ['::/0'] }],
        [NEAR, { allowedIps: ['10.1.0.0/16', '127.0.0.1', '::ffff:10.0.0.1'] }],
      ],
      [
        'rateLimit',
        SLOW,
        [
          {},
          { rateLimit: { limit: 1001, windowSeconds: 61 } },
          { rateLimit: { limit: 1000, windowSeconds: 59 } },
          { rateLimit: { limit: 2000, windowSeconds: 3600 } },
        ],
        [SLOW, { rateLimit: { limit: 10, windowSeconds: 1 } }],
      ],
    ])('%s: creates and widens within its own, and lifts not its own', async (field, own, beyond, within) => {
      const caller = await keyWith(own);
      const plain = await keyWith({ permissions: ['apikeys:view'] });
      for (const settings of beyond) {
        const { body } = await create(caller, settings).expect(403, 'auth.escalation');
        expect(body.details).toEqual([{ field, message: expect.stringMatching(/^The key .+ the caller/) }]);
        expect(body.message).toContain('The key ');
      }
      for (const settings of within) {
        const made = (await create(caller, settings).expect(201)).body;
        const widened = { permissions: ['apikeys:view', 'apikeys:create'] };
        await caller.client.patch(`/apikey/${made.id}`, widened).expect(200);
        const lifted = { ...(field === 'allowedIps' ? { allowedIps: [] } : { [field]: null }) };
        await caller.client.patch(`/apikey/${made.id}`, lifted).expect(403, 'auth.escalation');
        await caller.client.patch(`/apikey/${caller.id}`, lifted).expect(403, 'auth.escalation');
      }
      // A key that is bounded less cannot be widened, but narrowed, renamed and deleted.
      await caller.client.patch(`/apikey/${plain.id}`, { permissions: ['apikeys:*'] }).expect(403, 'auth.escalation');
      await caller.client.put(`/apikey/${plain.id}`, { keyName: uniqueName('K'), permissions: ['*'] }).expect(403);
      await caller.client.patch(`/apikey/${plain.id}`, { description: 'Seen' }).expect(200);
      await caller.client.patch(`/apikey/${plain.id}`, { enabled: false }).expect(200);
      const { body } = await caller.client
        .patch(`/apikey/${plain.id}`, { enabled: true })
        .expect(403, 'auth.escalation');
      expect(body.details).toMatchObject([{ field }]);
      await caller.client.delete(`/apikey/${plain.id}`).expect(200);
    });

    it('403: all that exceeds is named', async () => {
      const caller = await keyWith({ permissions: ['apikeys:create', 'apikeys:view'], ...HOUR, ...NEAR, ...SLOW });
      const { body } = await create(caller, { permissions: ['apikeys:delete'] }).expect(403, 'auth.escalation');
      expect(body.message).toBe(
        'Nobody can grant, or take over, more than they hold. The caller does not have: apikeys:delete. ' +
          'The key expires later than the caller does, is accepted from addresses that the caller is not, has a higher rate limit than the caller, or none.',
      );
      expect(body.details.map(({ field }: Body) => field)).toEqual(['expirationDate', 'allowedIps', 'rateLimit']);
      await create(caller, { ...NEAR, ...SLOW, expiresInSeconds: 10 }).expect(201);
    });

    it.each([
      ['an end', HOUR],
      ['addresses', NEAR],
      ['a rate limit', SLOW],
    ])('a key with %s makes nobody a member with permissions, and gives members none', async (_, own) => {
      const caller = await keyWith(own);
      const subject = uniqueName('person');
      const path = `/member/${encodeURIComponent(subject)}`;
      const { body } = await caller.client.put(path, { roles: ['viewer'] }).expect(403, 'auth.escalation');
      expect(body.details).toMatchObject([{ message: expect.stringMatching(/^A member /) }]);
      await workspace.operator.get(path).expect(404);
      await workspace.operator.put(path, { permissions: ['apikeys:*'] }).expect(200);
      await caller.client.put(path, { permissions: ['*'] }).expect(403, 'auth.escalation');
      await caller.client.put(path, { permissions: ['apikeys:*'], roles: ['viewer'] }).expect(403, 'auth.escalation');
      await caller.client.put(path, { permissions: ['apikeys:view'] }).expect(200);
      await caller.client.delete(path).expect(200);
    });

    it('a key with an end widens no role that somebody holds who is bounded less', async () => {
      const caller = await keyWith(HOUR);
      const make = async () => {
        const body = { name: uniqueName('Role'), permissions: ['apikeys:view'] };
        return { ...body, id: (await caller.client.post('/role', body).expect(201)).body.id as string };
      };
      const widen = ({ id, name }: Body, query = '') =>
        caller.client.put(`/role/${id}${query}`, { name, permissions: ['apikeys:*'] });
      const [free, held, own] = [await make(), await make(), await make()];
      await keyWith({ permissions: [], roles: [held.id] });
      await create(caller, { permissions: [], roles: [own.id], expiresInSeconds: 60 }).expect(201);

      for (const query of ['', '?dryRun=true']) {
        const { body } = await widen(held, query).expect(403, 'auth.escalation');
        expect(body.details).toEqual([
          { field: 'expirationDate', message: 'A holder of the role expires later than the caller does.' },
        ]);
      }
      await widen(free).expect(200);
      await widen(own).expect(200);
      await workspace.operator.put(`/member/${uniqueName('ann').replace(' ', '')}`, { roles: [own.id] }).expect(200);
      await caller.client.put(`/role/${own.id}`, { name: own.name, permissions: ['*'] }).expect(403, 'auth.escalation');
      await caller.client.put(`/role/${held.id}`, { name: held.name, permissions: [] }).expect(200);
    });

    it('what restricts the caller is read at the commit: also what was put on it since', async () => {
      const caller = await keyWith({});
      await create(caller, {}).expect(201);
      await workspace.operator.patch(`/apikey/${caller.id}`, HOUR).expect(200);
      await create(caller, {}).expect(403, 'auth.escalation');
    });
  });
});
