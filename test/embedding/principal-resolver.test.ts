import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, ForbiddenException, Get, UseGuards } from '@nestjs/common';
import { inspect } from 'node:util';
import { jwtVerify, SignJWT } from 'jose';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import {
  ApiKeyGuard,
  ApiKeysService,
  CurrentPrincipal,
  PermissionGuard,
  Principal,
  WorkspacesService,
  type HostUser,
  type PrincipalResolver,
} from '../../src/index.js';
import { forEachStore } from '../support/stores.js';
import { startHost, type Host, type HostKey } from './host.js';
import { permissions, RequirePermissions } from './permissions.js';

const SECRET = new TextEncoder().encode('what the host signs its tokens with');
const NOWHERE = '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11';

@Controller('orders')
@UseGuards(ApiKeyGuard, PermissionGuard)
class OrdersController {
  @Get()
  @RequirePermissions('orders:view')
  list(@CurrentPrincipal() { type, id, display, workspaceId }: Principal) {
    return { type, id, display, workspaceId };
  }
}

/** The host's users, by what their sessions say; or what their tokens say. */
class Sessions {
  readonly users = new Map<string, HostUser | Error>();
  asked = 0;

  readonly resolve: PrincipalResolver = async ({ headers }) => {
    this.asked += 1;
    const session = headers['x-session'];
    const [, token] = /^Bearer (.+)$/.exec(headers.authorization ?? '') ?? [];
    const found = typeof session === 'string' ? this.users.get(session) : await userOf(token);
    if (found instanceof Error) throw found;
    return found;
  };
}

async function userOf(token = ''): Promise<HostUser | undefined> {
  try {
    const { payload } = await jwtVerify(token, SECRET);
    return { id: payload.sub ?? '', permissions: payload['scope'] as string[] };
  } catch {
    return undefined;
  }
}

describe('principalResolver', () => {
  forEachStore((kind) => {
    let sessions: Sessions;
    let host: Host;
    let admin: HostKey;
    let workspaceId: string;
    const logged: string[] = [];

    beforeAll(async () => {
      sessions = new Sessions();
      host = await startHost(kind, {
        latchkey: { permissions, principalResolver: (request, context) => sessions.resolve(request, context) },
        controllers: [OrdersController],
        configure: (app) => {
          const log = (...said: unknown[]) => {
            logged.push(inspect(said));
          };
          app.useLogger({ log: () => {}, warn: () => {}, error: log });
        },
      });
      admin = await host.createKey(['*']);
      workspaceId = admin.workspaceId;
    });

    beforeEach(() => {
      sessions.asked = 0;
      sessions.users.clear();
    });

    afterAll(() => host.stop());

    const join = async (subject: string, grants: string[], key = admin) => {
      const put = await host.send('PUT', `/latchkey/member/${subject}`, { permissions: grants }, key.header);
      expect(put.status).toBe(200);
    };
    const as = (user: HostUser | Error) => {
      sessions.users.set('its-session', user);
      return { 'x-session': 'its-session' };
    };

    describe('a member', () => {
      it('200: may do what they may in their only workspace', async () => {
        await join('ann', ['orders:view']);
        const { status, body } = await host.get('/orders', as({ id: 'ann', display: 'Ann' }));
        expect({ status, body }).toEqual({
          status: 200,
          body: { type: 'user', id: 'ann', display: 'Ann', workspaceId },
        });
      });

      it('403: may not do what they may not, and nobody’s member may nothing; both are on the trail', async () => {
        await join('ben', ['apikeys:view']);
        const ben = await host.get('/orders', as({ id: 'ben' }));
        expect(ben).toMatchObject({ status: 403, body: { code: 'auth.permission_denied' } });
        expect((await host.get('/orders', as({ id: 'stranger' }))).status).toBe(403);

        const [record] = await host.recordsOf(workspaceId, 'auth.denied');
        expect(record).toMatchObject({ actor: { type: 'user', id: 'ben' }, request: { route: '/orders' } });
      });

      it('200: a key in what they call themselves is masked; 500: no id holds one, and the log says so', async () => {
        const secret = generateKey('lk');
        await join('eve', ['orders:view']);
        const eve = await host.get('/orders', as({ id: 'eve', display: `Eve ${secret.split('').join(' ')}` }));
        expect(eve).toMatchObject({ status: 200, body: { display: '[secret]' } });

        for (const id of [secret, `eve ${secret}`, secret.slice(0, -1)]) {
          logged.length = 0;
          expect((await host.get('/orders', as({ id }))).status).toBe(500);
          const log = logged.join('\n');
          expect(log).toContain('What principalResolver gives is no user: id must be no credential');
          expect(log).not.toContain(secret.slice(8, 40));
        }
      });

      it('412: of several workspaces must name one, by X-Workspace-Id or by the host', async () => {
        const other = await host.createKey(['*']);
        await join('cat', ['orders:view']);
        await join('cat', ['apikeys:view'], other);
        expect(await host.get('/orders', as({ id: 'cat' }))).toMatchObject({
          status: 412,
          body: { code: 'workspace.required' },
        });

        const named = await host.get('/orders', { ...as({ id: 'cat' }), 'x-workspace-id': workspaceId.toUpperCase() });
        expect(named).toMatchObject({ status: 200, body: { workspaceId } });
        const elsewhere = await host.get('/orders', { ...as({ id: 'cat' }), 'x-workspace-id': other.workspaceId });
        expect(elsewhere.status).toBe(403);

        expect((await host.get('/orders', as({ id: 'cat', workspaceId }))).status).toBe(200);
        const against = { ...as({ id: 'cat', workspaceId }), 'x-workspace-id': other.workspaceId };
        expect((await host.get('/orders', against)).status).toBe(404);
      });

      it('403: where they are no member, or the header is no id', async () => {
        await join('dan', ['orders:view']);
        for (const named of [NOWHERE, 'nonsense', '*']) {
          expect((await host.get('/orders', { ...as({ id: 'dan' }), 'x-workspace-id': named })).status).toBe(403);
        }
      });

      it('loses at once what is taken from them', async () => {
        await join('eve', ['orders:view']);
        expect((await host.get('/orders', as({ id: 'eve' }))).status).toBe(200);
        const removed = await host.send('DELETE', '/latchkey/member/eve', undefined, admin.header);
        expect(removed.status).toBe(200);
        expect((await host.get('/orders', as({ id: 'eve' }))).status).toBe(403);
      });
    });

    describe('a user the host vouches for', () => {
      const vouched = (grants: string[], more: Partial<HostUser> = {}) =>
        as({ id: 'vic', permissions: grants, ...more });

      it('200: may do what the host says, in no workspace', async () => {
        const { status, body } = await host.get('/orders', vouched(['orders:*']));
        expect({ status, body }).toEqual({
          status: 200,
          body: { type: 'user', id: 'vic', display: 'vic', workspaceId: null },
        });
        expect((await host.get('/orders', vouched(['reports:export']))).status).toBe(403);
        expect((await host.get('/orders', vouched([]))).status).toBe(403);
      });

      it('200: in the workspace that the host says; 404 in any other', async () => {
        const upper = workspaceId.toUpperCase();
        const inside = vouched(['orders:view'], { workspaceId: upper });
        expect((await host.get('/orders', inside)).body).toMatchObject({ workspaceId });
        expect((await host.get('/orders', { ...inside, 'x-workspace-id': workspaceId })).status).toBe(200);
        const elsewhere = { ...inside, 'x-workspace-id': await host.createWorkspace() };
        expect(await host.get('/orders', elsewhere)).toMatchObject({
          status: 404,
          body: { code: 'workspace.not_found' },
        });
      });

      it('404: cannot choose a workspace by the header', async () => {
        const all = { ...vouched(['*']), 'x-workspace-id': workspaceId };
        expect((await host.get('/orders', all)).status).toBe(404);
        expect((await host.get('/latchkey/apikey', all)).status).toBe(404);
        expect((await host.get('/latchkey/audit', { ...all, 'x-workspace-id': '*' })).status).toBe(404);
      });

      it('412: reads neither keys nor trails without a workspace', async () => {
        for (const path of [
          '/latchkey/apikey',
          '/latchkey/audit',
          '/latchkey/audit/export',
          `/latchkey/audit/${NOWHERE}`,
        ]) {
          const { status, body } = await host.get(path, vouched(['*']));
          expect({ path, status, code: body?.code }).toEqual({ path, status: 412, code: 'workspace.required' });
        }
      });

      it('403: nothing that is the operator’s alone', async () => {
        expect((await host.get('/latchkey/workspace', vouched(['*', 'workspaces:*', 'workspaces:view']))).status).toBe(
          403,
        );
      });

      it('201: creates keys that work; 403: with no more than the host says they hold', async () => {
        const headers = vouched(['apikeys:create', 'orders:view'], { workspaceId });
        const create = (name: string, grants: string[]) =>
          host.send('POST', '/latchkey/apikey', { keyName: name, permissions: grants }, headers);

        const key = await create('Of Vic', ['orders:view']);
        expect(key).toMatchObject({ status: 201, body: { createdBy: { type: 'user', id: 'vic' } } });
        expect((await host.get('/orders', { authorization: key.body.apiKey })).status).toBe(200);

        for (const more of ['orders:refund', 'orders:*', '*']) {
          const refused = await create(`More ${more}`, [more]);
          expect(refused).toMatchObject({ status: 403, body: { code: 'auth.escalation' } });
        }
      });

      it('403: makes nobody a member with more than they hold', async () => {
        const headers = vouched(['members:manage', 'orders:view'], { workspaceId });
        const put = (grants: string[]) => host.send('PUT', '/latchkey/member/fay', { permissions: grants }, headers);
        expect(await put(['*'])).toMatchObject({ status: 403, body: { code: 'auth.escalation' } });
        expect((await put(['orders:view'])).status).toBe(200);
      });

      it('412: acts in no workspace that is not there, and learns what is to be created', async () => {
        for (const nowhere of [NOWHERE, 'company-unknown', 'GmbH & Co. “KG”', 'x'.repeat(255)]) {
          const headers = vouched(['*'], { workspaceId: nowhere });
          for (const path of ['/orders', '/latchkey/apikey']) {
            const { status, body } = await host.get(path, headers);
            expect({ status, code: body.code }).toEqual({ status: 412, code: 'workspace.required' });
            expect(body.message).toContain(JSON.stringify(nowhere));
            expect(body.message).toContain('externalId');
          }
          const create = { keyName: 'K', permissions: ['*'] };
          expect((await host.send('POST', '/latchkey/apikey', create, headers)).status).toBe(412);
          expect((await host.get('/orders', vouched(['apikeys:view'], { workspaceId: nowhere }))).status).toBe(403);
          expect((await host.get('/orders', as({ id: 'kay', workspaceId: nowhere }))).status).toBe(412);
        }
      });

      it('200: acts in the workspace that has the host’s own id as its externalId', async () => {
        const workspaces = host.app.get(WorkspacesService, { strict: false });
        const system = Principal.system('host');
        const tenants = ['company-4711', '0199F3A2-5C1E-7D3A-9B1E-2F6F0C8A4D99'];
        for (const externalId of tenants) {
          const all = await Promise.all(
            Array.from({ length: 5 }, () => workspaces.ensure(system, { externalId, name: 'Company' })),
          );
          const [{ id } = { id: '' }] = all;
          expect(new Set(all.map((one) => one.id)).size).toBe(1);
          const headers = vouched(['orders:view'], { workspaceId: externalId });
          expect((await host.get('/orders', headers)).body).toMatchObject({ workspaceId: id });
          for (const named of [id, externalId]) {
            expect((await host.get('/orders', { ...headers, 'x-workspace-id': named })).status).toBe(200);
          }
          expect((await host.get('/orders', { ...headers, 'x-workspace-id': workspaceId })).status).toBe(404);
          expect((await host.recordsOf(id, 'workspace.created')).length).toBe(1);
        }
      });

      it('200: by a token of the host’s own', async () => {
        const token = (key: Uint8Array) =>
          new SignJWT({ scope: ['orders:view'] }).setProtectedHeader({ alg: 'HS256' }).setSubject('tom').sign(key);
        const { status, body } = await host.get('/orders', { authorization: `Bearer ${await token(SECRET)}` });
        expect({ status, id: body.id }).toEqual({ status: 200, id: 'tom' });
        const forged = await token(new TextEncoder().encode('what somebody else signs tokens with'));
        expect((await host.get('/orders', { authorization: `Bearer ${forged}` })).status).toBe(401);
      });
    });

    describe('next to keys', () => {
      it('is not asked about a key that works', async () => {
        const { header } = await host.createKey(['orders:view']);
        const { body } = await host.get('/orders', { ...header, ...as({ id: 'ann', permissions: ['*'] }) });
        expect(body).toMatchObject({ type: 'apikey' });
        expect(sessions.asked).toBe(0);
      });

      it('401: does not save a key that was deleted, or two keys', async () => {
        const deleted = await host.createKey(['orders:view']);
        const actor = Principal.system('host', deleted.workspaceId);
        await host.app.get(ApiKeysService, { strict: false }).delete(actor, deleted.id, {});
        const session = as({ id: 'ann', permissions: ['*'] });

        const refused = await host.get('/orders', { ...deleted.header, ...session });
        expect(refused).toMatchObject({ status: 401, body: { code: 'auth.unauthenticated' } });
        const two = { authorization: admin.secret, 'x-api-key': (await host.createKey(['*'])).secret };
        expect((await host.get('/orders', { ...two, ...session })).status).toBe(401);
        expect(sessions.asked).toBe(0);
      });

      it('401: nobody’s session is refused as no key is', async () => {
        const { status, headers, body } = await host.get('/orders', { 'x-session': 'unknown' });
        expect({ status, code: body.code }).toEqual({ status: 401, code: 'auth.unauthenticated' });
        expect(headers.get('www-authenticate')).toBe('Bearer realm="latchkey"');
        expect(sessions.asked).toBe(1);
      });
    });

    describe('of a host without types', () => {
      it('200: takes whole numbers for their texts', async () => {
        const workspaces = host.app.get(WorkspacesService, { strict: false });
        const { id } = await workspaces.ensure(Principal.system('host'), { externalId: '4711', name: 'Company' });
        for (const workspaceId of [4711, 4711n]) {
          const { status, body } = await host.get(
            '/orders',
            as({ id: 5, display: 7, workspaceId, permissions: ['orders:view'] } as never),
          );
          expect({ status, body }).toEqual({
            status: 200,
            body: { type: 'user', id: '5', display: '7', workspaceId: id },
          });
        }
        const unknown = await host.get('/orders', as({ id: 'u', workspaceId: 4712, permissions: ['*'] } as never));
        expect(unknown).toMatchObject({ status: 412, body: { code: 'workspace.required' } });
        expect(unknown.body.message).toContain('"4712"');
      });

      it.each<[field: string, user: unknown]>([
        ['a user', 'bob'],
        ['id', [1]],
        ['id', {}],
        ['id', { id: 1.5 }],
        ['id', { id: true }],
        ['id', { id: '\ud800' }],
        ['id', { id: 'a\0b' }],
        ['workspaceId', { workspaceId: Number.NaN }],
        ['workspaceId', { workspaceId: '' }],
        ['workspaceId', { workspaceId: 'a'.repeat(300) }],
        ['workspaceId', { workspaceId: { toString: () => 'acme' } }],
        ['display', { display: { name: 'Ann' } }],
        ['permissions', { permissions: 'orders:view' }],
        ['permissions', { permissions: '*' }],
        ['permissions', { permissions: new Set(['*']) }],
        ['permissions', { permissions: new Array(1) }],
        ['permissions', { permissions: false }],
      ])('500: refuses another %s: %j, and logs which', async (field, given) => {
        const isFields = typeof given === 'object' && !Array.isArray(given) && Object.keys(given as object).length > 0;
        for (const path of ['/orders', '/latchkey/me']) {
          logged.length = 0;
          const { status, text } = await host.get(path, as((isFields ? { id: 'ann', ...given } : given) as never));
          expect(status).toBe(500);
          expect(text).not.toContain('principalResolver');
          expect(logged.join('\n')).toContain(`What principalResolver gives is no user: ${field} must be `);
        }
      });
    });

    describe('what it throws', () => {
      it('is the answer, on the host’s routes and on Latchkey’s', async () => {
        const banned = as(new ForbiddenException('You are banned.'));
        const { status, body } = await host.get('/orders', banned);
        expect({ status, body }).toEqual({
          status: 403,
          body: { statusCode: 403, error: 'Forbidden', message: 'You are banned.' },
        });
        expect((await host.get('/latchkey/me', banned)).status).toBe(403);
      });

      it('500: if it is no HttpException, or what it gives is no user', async () => {
        const mistakes: (HostUser | Error)[] = [
          new Error('Sessions are down: password hunter2'),
          { id: '' },
          { id: 'a'.repeat(256) },
          { id: 'ann\0' },
          { id: 'ann', workspaceId: '' },
          { id: 'ann', workspaceId: 'a'.repeat(256) },
        ];
        for (const mistake of mistakes) {
          for (const path of ['/orders', '/latchkey/me']) {
            const { status, text } = await host.get(path, as(mistake));
            expect(status).toBe(500);
            expect(text).not.toMatch(/hunter2|principalResolver/);
          }
        }
      });
    });
  });
});
