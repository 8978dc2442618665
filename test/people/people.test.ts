import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { AUDIENCE, IdentityProviderFixture, ISSUER } from '../support/identity-provider.js';
import {
  createWorkspace,
  startService,
  uniqueName,
  type RunningService,
  type WorkspaceFixture,
} from '../support/service.js';
import { withSql } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';

const KEY = generateKey('lk');
/** Most of it: what no mask may show. */
const SECRET = KEY.slice(8, 40);
const CREDENTIALS = [KEY, `Pam ${KEY}`, KEY.slice(0, -1), KEY.split('').join(' ')];

const COOLDOWN_MS = 31_000;

describe('People, by JSON Web Token', () => {
  forEachStore((kind) => {
    let provider: IdentityProviderFixture;
    let service: RunningService;
    let workspace: WorkspaceFixture;

    beforeAll(async () => {
      provider = await IdentityProviderFixture.start();
      service = await startService(kind, provider.variables);
      workspace = await createWorkspace(service);
    });

    afterAll(async () => {
      await service.stop();
      await provider.stop();
    });

    const member = async (subject: string, body: object, where = workspace) => {
      await where.operator.put(`/member/${encodeURIComponent(subject)}`, body).expect(200);
      return service.anonymous.as(await provider.token(subject, { name: `Name of ${subject}` }));
    };

    it('acts in their only workspace, and the trail names the person', async () => {
      const ann = await member('ann|1', { roles: ['manager'] });
      const { body } = await ann
        .post('/apikey', { keyName: uniqueName('K'), permissions: ['apikeys:view'] })
        .expect(201);
      expect(body.owner).toEqual({ type: 'user', id: 'ann|1' });
      expect(body.createdBy).toEqual({ type: 'user', id: 'ann|1', display: 'Name of ann|1' });
      const trail = await workspace.operator.get(`/audit?targetId=${body.id}`).expect(200);
      expect(trail.body.data[0].actor).toEqual({
        type: 'user',
        id: 'ann|1',
        display: 'Name of ann|1',
        credentialId: 'ann|1',
      });
    });

    it('masks a key in what they call themselves, also one that is damaged or disguised', async () => {
      for (const [at, name] of CREDENTIALS.entries()) {
        const { operator } = workspace;
        await operator.put(`/member/pam${at}`, { roles: ['manager'] }).expect(200);
        const pam = service.anonymous.as(await provider.token(`pam${at}`, { name }));
        const settings = { keyName: uniqueName('K'), permissions: ['apikeys:view'] };
        const { body } = await pam.post('/apikey', settings).expect(201);
        const trail = await operator.get(`/audit?targetId=${body.id}`).expect(200);
        for (const shown of [body.createdBy.display, trail.body.data[0].actor.display]) {
          expect(shown).not.toBe('');
          expect(shown.replaceAll(' ', '')).not.toContain(SECRET);
        }
      }
    });

    it('401: a subject that is a key, or holds one, of which nothing is recorded', async () => {
      for (const sub of CREDENTIALS) {
        const stranger = service.anonymous.as(await provider.token(sub)).in(workspace.id);
        await stranger.get('/apikey').expect(401, 'auth.unauthenticated');
      }
      const stored = await withSql(service.store, async (query) => [
        await query('SELECT payload FROM latchkey_audit_events'),
        await query('SELECT content FROM latchkey_audit_pii'),
      ]);
      expect(JSON.stringify(stored).replaceAll(' ', '')).not.toContain(SECRET);
    });

    it('tells who they are, where, and what they may do', async () => {
      const me = await (
        await member('meg', { roles: ['auditor'], permissions: ['apikeys:delete'] })
      )
        .get('/me')
        .expect(200);
      expect(me.body).toEqual({
        principal: { type: 'user', id: 'meg', display: 'Name of meg' },
        workspaceId: workspace.id,
        permissions: ['apikeys:delete', 'apikeys:view', 'auditLogs:*'],
      });
    });

    it('names the workspace to act in when there are several', async () => {
      const other = await createWorkspace(service);
      await member('sue', { roles: ['viewer'] }, other);
      const sue = await member('sue', { roles: ['manager'] });
      await sue.get('/apikey').expect(412, 'workspace.required');
      await sue.in(other.id).get('/apikey').expect(200);
      await sue
        .in(other.id)
        .post('/apikey', { keyName: 'x', permissions: ['apikeys:view'] })
        .expect(403);
      await sue.in(workspace.id).get('/apikey').expect(200);
    });

    it('may nothing where they are no member, whether or not the workspace exists', async () => {
      const stranger = await createWorkspace(service);
      const tim = await member('tim', { roles: ['admin'] });
      for (const id of [stranger.id, '0199f3a2-5c1e-7d3a-9b1e-2f6f0c8a4d11', 'none']) {
        await tim.in(id).get('/apikey').expect(403, 'auth.permission_denied');
      }
    });

    it('cannot act as operator, admin or not', async () => {
      const amy = await member('amy', { roles: ['admin'] });
      await amy.get('/workspace').expect(403, 'auth.permission_denied');
      await amy.post('/workspace', { name: uniqueName('W') }).expect(403, 'auth.permission_denied');
    });

    it('shrinks the keys of a demoted person at their next request, and kills those of a removed one', async () => {
      const bob = await member('bob', { roles: ['manager'] });
      const created = await bob.post('/apikey', { keyName: uniqueName('K'), permissions: ['apikeys:*'] }).expect(201);
      const key = service.anonymous.as(created.body.apiKey);
      const child = await key.post('/apikey', { keyName: uniqueName('K'), permissions: ['apikeys:*'] }).expect(201);
      const grandchild = service.anonymous.as(child.body.apiKey);
      expect(child.body.owner).toEqual({ type: 'user', id: 'bob' });

      await member('bob', { roles: ['viewer'] });
      for (const holder of [key, grandchild]) {
        await holder.get('/apikey').expect(200);
        await holder.delete(`/apikey/${created.body.id}`).expect(403, 'auth.permission_denied');
      }
      const shown = await workspace.operator.get(`/apikey/${created.body.id}`).expect(200);
      expect(shown.body).toMatchObject({ permissions: ['apikeys:*'], effectivePermissions: ['apikeys:view'] });

      await workspace.operator.delete('/member/bob').expect(200);
      for (const holder of [key, grandchild]) await holder.get('/apikey').expect(401, 'auth.unauthenticated');
    });

    it('binds a key to nobody only for an admin', async () => {
      const eve = await member('eve', { roles: ['manager'] });
      const key = { permissions: ['apikeys:view'], owner: null };
      await eve.post('/apikey', { ...key, keyName: uniqueName('K') }).expect(403, 'auth.escalation');
      const ada = await member('ada', { roles: ['admin'] });
      const { body } = await ada.post('/apikey', { ...key, keyName: uniqueName('K') }).expect(201);
      expect(body.owner).toBeNull();
    });

    describe('401: alike for every token that is not acceptable', () => {
      const now = () => Math.floor(Date.now() / 1000);
      const unsigned = () =>
        new UnsecuredJWT({ sub: 'ann|1', exp: now() + 600 }).setIssuer(ISSUER).setAudience(AUDIENCE).encode();
      const symmetric = () =>
        new SignJWT({ sub: 'ann|1' })
          .setProtectedHeader({ alg: 'HS256', kid: 'first' })
          .setIssuer(ISSUER)
          .setAudience(AUDIENCE)
          .setExpirationTime('10m')
          .sign(new TextEncoder().encode(JSON.stringify(provider.publicKey('first'))));
      const bad: [string, () => Promise<string> | string][] = [
        ['expired', () => provider.token('ann|1', { expiresIn: now() - 60 })],
        ['not valid yet', () => provider.token('ann|1', { notBefore: '5m' })],
        ['without an end', () => provider.token('ann|1', { expiresIn: null })],
        ['of another issuer', () => provider.token('ann|1', { issuer: 'https://elsewhere.example' })],
        ['for another audience', () => provider.token('ann|1', { audience: 'another' })],
        ['with a signature changed', async () => `${(await provider.token('ann|1')).slice(0, -8)}AAAAAAAA`],
        ['unsigned (alg: none)', unsigned],
        ['signed by the public key as a secret (HS256)', symmetric],
        ['of three empty parts', () => '..'],
        ['of no type', () => provider.token('ann|1', { type: null })],
        ...['id+jwt', 'logout+jwt', 'secevent+jwt', 'rt+jwt', 'application/logout+jwt', 'JOSE', ''].map(
          (type): (typeof bad)[number] => [`of the type ${type}`, () => provider.token('ann|1', { type })],
        ),
        ...Object.entries({
          nonce: 'n-0S6_WzA2Mj',
          at_hash: '77QmUPtjPfzWtF2AnpK9RQ',
          c_hash: 'LDktKdoQak3Pk0cnXxCltA',
          events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
          typ: 'ID',
          token_use: 'id',
        }).map(([claim, value]): (typeof bad)[number] => [
          `no access token by its ${claim}`,
          () => provider.token('ann|1', { type: 'JWT', [claim]: value }),
        ]),
        [
          'a logout token that calls itself an access token',
          () => provider.token('ann|1', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }),
        ],
        ...[7, true, null, {}, ['ann|1'], '', 'a\0b', 'x'.repeat(256), '\ud800'].map((sub): (typeof bad)[number] => [
          `with the subject ${JSON.stringify(sub).slice(0, 20)}`,
          () => provider.sign({ iss: ISSUER, aud: AUDIENCE, exp: now() + 600, sub }),
        ]),
      ];

      beforeAll(() => member('ann|1', { roles: ['viewer'] }));

      it.each(bad)('%s', async (_, token) => {
        const client = service.anonymous.as(await token());
        const { body } = await client.get('/apikey').expect(401, 'auth.unauthenticated');
        const plain = await service.anonymous.get('/apikey').expect(401);
        expect({ ...body, requestId: '' }).toEqual({ ...plain.body, requestId: '' });
      });
    });

    it.each(['at+jwt', 'AT+JWT', 'application/at+jwt', 'JWT', 'jwt'])('200: a token of the type %s', async (type) => {
      await member('tia', { roles: ['viewer'] });
      await service.anonymous
        .as(await provider.token('tia', { type }))
        .get('/apikey')
        .expect(200);
    });

    it.each(['x'.repeat(255), 'ü|€ 🗝️', ' '])(
      '200: a subject of any text up to 255 characters: %j',
      async (subject) => {
        const person = await member(subject, { roles: ['viewer'] });
        expect((await person.get('/me').expect(200)).body.principal.id).toBe(subject);
      },
    );

    it('never fails at a claim, whatever it is', async () => {
      await member('odd', { roles: ['viewer'] });
      const good = { iss: ISSUER, aud: AUDIENCE, exp: Math.floor(Date.now() / 1000) + 600, sub: 'odd' };
      const claim = fc.constantFrom(...Object.keys(good), 'nbf', 'iat', 'jti', 'name', 'email', 'typ', 'events', 'cnf');
      const value = fc.oneof(fc.jsonValue(), fc.constantFrom('\0', '\ud800', '\u202eevil', 1e300, -1, [AUDIENCE]));
      const header = fc.dictionary(fc.constantFrom('typ', 'kid', 'crit', 'b64', 'cty', 'jwk', 'x5c'), fc.jsonValue(), {
        maxKeys: 1,
      });
      await fc.assert(
        fc.asyncProperty(fc.dictionary(claim, value, { maxKeys: 3 }), header, async (odd, odder) => {
          const token = await provider.sign({ ...good, ...odd }, { typ: 'JWT' });
          const [, payload, signature] = token.split('.');
          const head = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'JWT', ...odder })).toString('base64url');
          for (const each of [token, [head, payload, signature].join('.')]) {
            const { status } = await service.anonymous.as(each).post('/apikey', { keyName: 'x', permissions: ['*'] });
            expect([401, 403]).toContain(status);
          }
        }),
        { numRuns: 150 },
      );
    });

    it('shows a name without control characters, cut where it is long', async () => {
      await member('zoe', { roles: ['admin'] });
      const zoe = service.anonymous.as(await provider.token('zoe', { name: `Z\0o\u001be${'😀'.repeat(200)}` }));
      const { body } = await zoe
        .post('/apikey', { keyName: uniqueName('K'), permissions: ['apikeys:view'] })
        .expect(201);
      expect(body.createdBy.display).toBe(`Zoe${'😀'.repeat(126)}`);
    });

    it.each([
      ['their address, without a name', { name: ' ', email: 'ida@example.com' }, 'ida@example.com'],
      ['their subject, without either', { name: '\u202e', email: 7 }, 'ida'],
    ])('shows %s', async (_, claims, display) => {
      await member('ida', { roles: ['viewer'] });
      const ida = service.anonymous.as(await provider.token('ida', claims));
      expect((await ida.get('/me').expect(200)).body.principal.display).toBe(display);
    });

    it('does not fetch the provider’s keys for every forged key id', async () => {
      await member('kim', { roles: ['viewer'] });
      const before = provider.fetches;
      for (let n = 0; n < 20; n += 1) {
        const forged = await provider.token('kim');
        const [, ...rest] = forged.split('.');
        const header = Buffer.from(JSON.stringify({ alg: 'ES256', kid: `forged ${n}` })).toString('base64url');
        await service.anonymous
          .as([header, ...rest].join('.'))
          .get('/apikey')
          .expect(401);
      }
      expect(provider.fetches - before).toBeLessThanOrEqual(1);
    });

    it('learns a new signing key by itself, once it may ask the provider again', async () => {
      const lea = await member('lea', { roles: ['viewer'] });
      await lea.get('/apikey').expect(200);
      await provider.addKey('second');
      const renewed = service.anonymous.as(await provider.token('lea', { kid: 'second' }));
      const { now } = Date;
      Date.now = () => now() + COOLDOWN_MS;
      try {
        await renewed.get('/apikey').expect(200);
      } finally {
        Date.now = now;
      }
      await lea.get('/apikey').expect(200);
    });

    it('503: while the provider’s keys cannot be had; API keys work on', async () => {
      const gone = await IdentityProviderFixture.start();
      const other = await startService(kind, gone.variables);
      const token = await gone.token('ann|1');
      await gone.stop();
      try {
        const { headers } = await other.anonymous.as(token).get('/apikey').expect(503, 'identity_provider.unavailable');
        expect(headers.get('retry-after')).toBe('5');
        await (await createWorkspace(other)).operator.get('/apikey').expect(200);
      } finally {
        await other.stop();
      }
    });
  });
});
