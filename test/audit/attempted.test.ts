import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/kernel/ids.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { FailedAttempts } from '../../src/refused-attempts/failed-attempts.js';
import { IdentityProviderFixture } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  type KeyFixture,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

/** As long as one can be, with all that may be in one. */
const LONG_PERMISSION = `${'a.b-c_D9'.repeat(11)}:refund.all`.padEnd(100, 'x');

interface AuditRecord {
  id: string;
  action: string;
  workspaceId: string | null;
  actor: { type: string; id: string; display: string | null };
  targets: { type: string; id: string; display: string | null }[];
  changes: { field: string; before: unknown; after: unknown }[];
  request: { id: string; method: string; ip: string };
  statusCode: number;
  errorCode: string;
}

describe('What was attempted', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let workspace: WorkspaceFixture;
    let other: WorkspaceFixture;
    let viewer: KeyFixture;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
    });

    beforeEach(async () => {
      service.advance(60_000);
      await service.app.get(FailedAttempts, { strict: false }).closeEnded();
      workspace = await createWorkspace(service);
      other = await createWorkspace(service);
      viewer = await workspace.keyWith('apikeys:view');
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const refusedIn = async ({ operator }: WorkspaceFixture): Promise<AuditRecord[]> => {
      const { body } = await operator.get('/audit?limit=50').expect(200);
      const data = body.data as AuditRecord[];
      return data.filter(({ action }) => ['auth.failed', 'auth.denied', 'request.failed'].includes(action));
    };

    it.each([
      ['member', 'mallory|AbC', 'mallory|AbC'],
      ['apikey', newId().toUpperCase(), undefined],
      ['role', 'admin', 'admin'],
      ['workspace', newId(), undefined],
      ['permission', 'orders:refund', 'orders:refund'],
      ['permission', LONG_PERMISSION, LONG_PERMISSION],
    ])('names the %s in the path, also where the caller may not', async (type, name, id = name.toLowerCase()) => {
      await viewer.client.delete(`/${type}/${encodeURIComponent(name)}`).expect(403);
      expect(await refusedIn(workspace)).toMatchObject([
        { action: 'auth.denied', targets: [{ type, id, display: '' }], changes: [] },
      ]);
    });

    it('says what a refused command would have changed', async () => {
      await viewer.client.put('/member/mallory', { roles: ['admin'] }).expect(403, 'auth.permission_denied');
      await viewer.client.post('/apikey', { keyName: 'Mine', permissions: ['*'] }).expect(403);
      expect(await refusedIn(workspace)).toMatchObject([
        {
          targets: [],
          changes: [
            { field: 'permissions', before: null, after: ['*'] },
            { field: 'keyName', before: null, after: 'Mine' },
          ],
        },
        {
          targets: [{ type: 'member', id: 'mallory' }],
          changes: [{ field: 'roles', before: null, after: ['admin'] }],
        },
      ]);
    });

    it('says the same of a command that failed, and of one without a credential', async () => {
      const { client } = await workspace.keyWith('apikeys:create', 'apikeys:update');
      const body = { permissions: ['apikeys:create'], keyName: viewer.name };
      const changes = Object.entries(body).map(([field, after]) => ({ field, before: null, after }));
      await client.post('/apikey', body).expect(409);
      await client.patch(`/apikey/${newId()}`, { enabled: false }).expect(404);
      await workspace.operator.delete(`/apikey/${viewer.id}`).expect(200);
      await viewer.client.post('/apikey', body).expect(401);
      expect(await refusedIn(workspace)).toMatchObject([
        { statusCode: 401, targets: [{ type: 'apikey', id: viewer.id, display: viewer.name }], changes },
        { statusCode: 404, changes: [{ field: 'enabled', after: false }] },
        { statusCode: 409, changes },
      ]);
    });

    it('keeps it short, and credentials off the trail', async () => {
      const secret = generateKey('lk');
      const { client } = await workspace.keyWith('apikeys:view');
      await client
        .patch(`/apikey/${encodeURIComponent(`x${secret}`)}`, {
          keyName: 'n'.repeat(50_000),
          description: `${'d'.repeat(180)}${secret}`,
          metadata: { deep: { deeper: { deepest: { [secret]: [secret, '\0', Array(90).fill(7)] } } } },
          ...Object.fromEntries(Array.from({ length: 90 }, (_, at) => [`field${at}`, at])),
        })
        .expect(403);
      await client.post('/verify', { apiKey: viewer.secret }).expect(403);
      await client.post('/verify', { key: viewer.secret, apiKey: 'a typo' }).expect(403);
      const refused = await refusedIn(workspace);
      const text = JSON.stringify(refused);
      for (const part of [secret, viewer.secret, secret.slice(0, 30), 'a typo']) expect(text).not.toContain(part);
      expect(refused[2]!.changes).toHaveLength(3 + 20);
      expect(refused[2]!.targets[0]).toMatchObject({ type: 'apikey', id: '' });
      expect(text.length).toBeLessThan(9000);
    });

    it.each(['key', 'api_key', 'apiKeys', 'keySecret', 'accessToken', 'credential', 'note'])(
      'has no value of a field that the route does not know: %s',
      async (field) => {
        const legacy = 'Xl8-flowise-legacy-key-4f9a8d7c6b5e';
        const cut = viewer.secret.slice(0, -1);
        const { client } = await workspace.keyWith('apikeys:verify', 'apikeys:create', 'roles:manage');
        await client.post('/verify', { [field]: cut }).expect(400);
        await client.post('/verify', { [field]: { [field]: [legacy] } }).expect(400);
        await client.post('/apikey', { keyName: { [field]: legacy }, rateLimit: { [field]: legacy } }).expect(400);
        await client.post(`/role?${field}=${legacy}`, { name: 'A', permissions: [{ [field]: legacy }] }).expect(400);
        await client.post('/role', { name: cut, description: `my ${cut}`, permissions: [cut] }).expect(400);
        const refused = await refusedIn(workspace);
        expect(refused).toHaveLength(5);
        const text = JSON.stringify(refused);
        for (const part of [legacy, cut.slice(0, 12), cut.slice(-12)]) expect(text).not.toContain(part);
        const unknown = { field, before: null, after: '…' };
        expect(refused.slice(-2).map(({ changes }) => changes)).toEqual([[unknown], [unknown]]);
        expect(refused[2]!.changes).toEqual([
          { field: 'rateLimit', before: null, after: { [field]: '…' } },
          { field: 'keyName', before: null, after: { [field]: '…' } },
        ]);
      },
    );

    it('has no value in metadata that is named like a secret', async () => {
      const metadata = {
        apiKey: 'one',
        nested: { db_password: 'two', accesstoken: 'three' },
        monkeys: 4,
        team: 'billing',
      };
      await viewer.client.post('/apikey', { keyName: 'Mine', metadata }).expect(403);
      const [record] = await refusedIn(workspace);
      expect(record!.changes.at(-1)).toMatchObject({
        field: 'metadata',
        after: { apiKey: '…', nested: { db_password: '…', accesstoken: '…' }, team: 'billing' },
      });
    });

    it('says what the query asked for, so that a refused dry run is told apart', async () => {
      await workspace.operator.put('/member/eve', { roles: ['admin'] }).expect(200);
      const { client } = await workspace.keyWith('members:manage');
      await client.delete('/member/eve?keys=delete').expect(403);
      await client.delete('/member/eve?dryRun=true&reason=curious').expect(400);
      await viewer.client.put('/role/admin?dryRun=true', { name: 'x', dryRun: false }).expect(403);
      await viewer.client.delete(`/apikey/${viewer.id}?reason=old`).expect(403);
      await viewer.client.delete(`/apikey/${viewer.id}?reason=%ff`).expect(403);
      expect(
        (await refusedIn(workspace)).map(({ changes }) => changes.map(({ field, after }) => [field, after])),
      ).toEqual([
        [],
        [['query.reason', 'old']],
        [
          ['query.dryRun', 'true'],
          ['name', 'x'],
          ['dryRun', '…'],
        ],
        [
          ['query.dryRun', 'true'],
          ['query.reason', '…'],
        ],
        [['query.keys', 'delete']],
      ]);
    });

    it('no padding hides what would be granted', async () => {
      const junk = (count: number) =>
        Object.fromEntries(Array.from({ length: count }, (_, at) => [`j${at}`, 'y'.repeat(199)]));
      const names = Array.from({ length: 199 }, (_, at) => `${'p'.repeat(50)}:${String(at).padStart(50, 'a')}`);
      const permissions = [...names, '*'];
      await viewer.client.put('/member/mallory', { ...junk(40), roles: ['admin'] }).expect(403);
      await viewer.client
        .patch(`/apikey/${newId()}`, {
          description: 'x',
          metadata: junk(20),
          permissions,
          roles: ['admin'],
          enabled: true,
        })
        .expect(403);
      const [patched, put] = await refusedIn(workspace);
      expect(put!.changes[0]).toEqual({ field: 'roles', before: null, after: ['admin'] });
      expect(put!.changes).toHaveLength(1 + 20);
      expect(patched!.changes.slice(0, 3)).toEqual([
        { field: 'permissions', before: null, after: permissions },
        { field: 'roles', before: null, after: ['admin'] },
        { field: 'enabled', before: null, after: true },
      ]);
      expect(JSON.stringify(patched).length).toBeLessThan(30_000);
    });

    it('a stranger’s token that names a workspace is on that workspace’s trail', async () => {
      const mallory = service.anonymous.as(await provider.token('mallory|1'));
      const { headers } = await mallory
        .in(workspace.id)
        .put('/member/mallory|1', { roles: ['admin'] })
        .expect(403);
      await mallory.in(workspace.id.toUpperCase()).get('/apikey').expect(403);
      await mallory.in(newId()).get('/apikey').expect(403);
      const refused = await refusedIn(workspace);
      expect(refused).toMatchObject([
        { request: { method: 'GET' } },
        {
          workspaceId: workspace.id,
          actor: { type: 'user', id: 'mallory|1' },
          targets: [{ type: 'member', id: 'mallory|1' }],
          changes: [{ field: 'roles', after: ['admin'] }],
          request: { id: headers.get('x-request-id') },
        },
      ]);
      expect(refused).toHaveLength(2);
    });

    it('another workspace’s key is on both trails; its name only on its own', async () => {
      const { client, id, name } = await other.keyWith('apikeys:delete', 'apikeys:view');
      const named = await client.in(workspace.id).get('/apikey').expect(404, 'workspace.not_found');
      const deleted = await client.delete(`/apikey/${viewer.id}`).expect(404, 'apikey.not_found');
      const ids = [deleted, named].map(({ headers }) => headers.get('x-request-id'));
      const expected = (where: WorkspaceFixture, display: string) =>
        ids.map((requestId) => ({
          workspaceId: where.id,
          actor: { type: 'apikey', id, display, credentialId: id },
          statusCode: 404,
          request: { id: requestId, ip: '127.0.0.1' },
        }));
      const own = await refusedIn(other);
      expect(own).toMatchObject(expected(other, name));
      const told = await refusedIn(workspace);
      expect(told).toHaveLength(2);
      expect(told).toEqual(
        expect.arrayContaining(
          expected(workspace, '').map((one) =>
            expect.objectContaining({ ...one, request: expect.objectContaining(one.request) }),
          ),
        ),
      );
      expect(told.find(({ action }) => action === 'request.failed')!.targets).toEqual([
        { type: 'apikey', id: viewer.id, display: '' },
      ]);
    });

    it('the caller’s own trail does not tell whether an id exists elsewhere', async () => {
      const { client } = await other.keyWith('apikeys:delete');
      await client.delete(`/apikey/${viewer.id}`).expect(404);
      await client.delete(`/apikey/${newId()}`).expect(404);
      const shape = ({ action, targets, statusCode }: AuditRecord) => [action, targets.length, statusCode];
      const [first, second, ...none] = (await refusedIn(other)).map(shape);
      expect(first).toEqual(second);
      expect(none).toEqual([]);
    });

    it('an unknown credential aimed at a key is on the trail of that key’s workspace; a dead one of another on both', async () => {
      const dead = await other.keyWith('apikeys:view');
      await other.operator.delete(`/apikey/${dead.id}`).expect(200);
      await service.anonymous.delete(`/apikey/${viewer.id}`).expect(401);
      await dead.client.delete(`/apikey/${viewer.id}`).expect(401);
      const told = await refusedIn(workspace);
      expect(told.map(({ actor, targets }) => [actor.type, targets])).toEqual(
        [1, 2].map(() => ['anonymous', [{ type: 'apikey', id: viewer.id, display: '' }]]),
      );
      expect(await refusedIn(other)).toMatchObject([{ targets: [{ id: dead.id }, { id: viewer.id }] }]);
    });

    it('a flood of junk does not keep a workspace from being told, and it is told at most ten times a minute', async () => {
      const { client, id } = await other.keyWith('apikeys:delete');
      const others = await other.keyWith('apikeys:delete');
      await Promise.all(Array.from({ length: 40 }, () => client.delete(`/apikey/${newId()}`).expect(404)));
      for (let at = 0; at < 15; at += 1) await client.delete(`/apikey/${viewer.id}`).expect(404);
      await others.client.delete(`/apikey/${viewer.id}`).expect(404);
      const told = await refusedIn(workspace);
      expect(told.filter(({ actor }) => actor.id === id)).toHaveLength(10);
      expect(told.filter(({ actor }) => actor.id === others.id)).toHaveLength(1);
    });

    it('is told also when nobody reads its trail', async () => {
      const { client, id } = await other.keyWith('apikeys:delete');
      await client.delete(`/apikey/${viewer.id}`).expect(404);
      await service.app.get(FailedAttempts, { strict: false }).settle(null);
      const rows = await withSql(service.store, (query) =>
        query(`SELECT workspace_id FROM latchkey_audit_events WHERE actor_id = '${id}' ORDER BY id`),
      );
      expect(rows.map((row) => row['workspace_id'])).toEqual([other.id, workspace.id]);
    });
  });
});
