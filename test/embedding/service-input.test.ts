import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import {
  ApiKeysService,
  AuditService,
  KeyVerifier,
  LatchkeyError,
  MembersService,
  OperatorsService,
  PermissionsService,
  Principal,
  RolesService,
  WorkspacesService,
} from '../../src/index.js';
import { LONGEST_PERMISSION } from '../../src/identity/permission-name.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { uniqueName } from '../support/service.js';
import { rowCounts } from '../support/sql.js';
import { forEachStore } from '../support/stores.js';
import { OPERATOR_KEY, startHost, type Host, type HostKey } from './host.js';

/** As from a host without types. */
/* eslint-disable-next-line @typescript-eslint/no-explicit-any -- whatever it is, it must be refused */
type Anything = any;

const KEY = { keyName: 'Worker', permissions: ['apikeys:view'] };

const BAD_KEYS: [what: string, body: Anything, field: string][] = [
  ['nothing', undefined, 'body'],
  ['null', null, 'body'],
  ['a text', 'keyName', 'body'],
  ['a list', [KEY], 'body'],
  ['a Map', new Map([['keyName', 'A']]), 'body'],
  ['no name', { permissions: ['apikeys:view'] }, 'keyName'],
  ['an empty name', { ...KEY, keyName: '' }, 'keyName'],
  ['a name of 5,000 characters', { ...KEY, keyName: 'x'.repeat(5000) }, 'keyName'],
  ['a number for a name', { ...KEY, keyName: 7 }, 'keyName'],
  ['a date for a name', { ...KEY, keyName: new Date() }, 'keyName'],
  ['NUL in the name', { ...KEY, keyName: 'a\0b' }, 'keyName'],
  ['another name', { name: 'Worker', permissions: ['apikeys:view'] }, 'name'],
  ['addresses that are none', { ...KEY, allowedIps: ['garbage'] }, 'allowedIps'],
  ['a limit below 1', { ...KEY, rateLimit: { limit: -1, windowSeconds: 60 } }, 'rateLimit.limit'],
  ['a window below 1', { ...KEY, rateLimit: { limit: 1, windowSeconds: 0 } }, 'rateLimit.windowSeconds'],
  ['metadata of 1 MB', { ...KEY, metadata: { text: 'x'.repeat(1_000_000) } }, 'metadata.text'],
  ['metadata of 10 KB', { ...KEY, metadata: { text: 'x'.repeat(10_000) } }, 'metadata'],
  ['a bigint in metadata', { ...KEY, metadata: { count: 7n } }, 'metadata.count'],
  ['a function in metadata', { ...KEY, metadata: { run: () => 7 } }, 'metadata.run'],
  ['a date for metadata', { ...KEY, metadata: new Date() }, 'metadata'],
  ['a date for a rate limit', { ...KEY, rateLimit: new Date() }, 'rateLimit'],
  ['a date for permissions', { ...KEY, permissions: new Date() }, 'permissions'],
  ['a date in metadata', { ...KEY, metadata: { at: new Date() } }, 'metadata.at'],
  ['a buffer in metadata', { ...KEY, metadata: { bytes: Buffer.from('x') } }, 'metadata.bytes'],
  ['a key as the description', { ...KEY, description: generateKey('lk') }, 'description'],
  ['an invalid date', { ...KEY, expirationDate: new Date('never') }, 'expirationDate'],
  ['a date in the past', { ...KEY, expirationDate: new Date(0) }, 'expirationDate'],
];

describe('what the code of a host gives to services', () => {
  forEachStore((kind) => {
    let host: Host;
    let key: HostKey;
    let actor: Principal;
    let before: Record<string, number>;

    const service = <T>(type: new (...given: never[]) => T): T => host.app.get(type, { strict: false });
    const refusalOf = async (call: () => unknown): Promise<unknown> => {
      try {
        await call();
      } catch (error) {
        return error;
      }
      throw new Error('It was accepted.');
    };
    const refused = async (call: () => unknown, field: string) => {
      const error = await refusalOf(call);
      expect(error).toBeInstanceOf(LatchkeyError);
      const { code, details } = error as LatchkeyError;
      expect({ code, field: details?.[0]?.field }).toEqual({ code: 'request.invalid', field });
    };

    beforeAll(async () => {
      host = await startHost(kind);
      key = await host.createKey(['apikeys:view']);
      actor = Principal.system('host', key.workspaceId);
      before = await rowCounts(host.store);
    });

    afterAll(() => host.stop());

    it.each(BAD_KEYS)('ApiKeysService.create refuses %s', (_, body, field) =>
      refused(() => service(ApiKeysService).create(actor, body), field),
    );

    it('ApiKeysService.create refuses what contains itself', () => {
      const metadata: Record<string, unknown> = {};
      metadata['self'] = { one: metadata, two: metadata };
      return refused(() => service(ApiKeysService).create(actor, { ...KEY, metadata }), expect.anything() as never);
    });

    it('the other services refuse what their routes refuse', async () => {
      const keys = service(ApiKeysService);
      await refused(() => keys.update(actor, key.id, { enabled: 'false' } as Anything), 'enabled');
      await refused(() => keys.update(actor, key.id, { allowedIPs: [] } as Anything), 'allowedIPs');
      await refused(() => keys.replace(actor, key.id, { keyName: ' ', permissions: [] }), 'keyName');
      await refused(() => keys.delete(actor, key.id, { reasn: 'leaked' } as Anything), 'reasn');
      await refused(() => keys.delete(actor, key.id, { reason: generateKey('lk') }), 'reason');
      await refused(() => keys.list(actor, { limit: 100_000 }), 'limit');
      await refused(() => keys.list(actor, { sort: 'hash' } as Anything), 'sort');
      await refused(() => service(WorkspacesService).create(actor, { name: '' }), 'name');
      await refused(() => service(WorkspacesService).create(actor, {} as Anything), 'name');
      await refused(() => service(WorkspacesService).update(actor, key.workspaceId, { nam: 'x' } as Anything), 'nam');
      await refused(
        () => service(WorkspacesService).update(actor, key.workspaceId, { quotas: new Date() } as Anything),
        'quotas',
      );
      await refused(() => service(WorkspacesService).list({ limit: -1 }), 'limit');
      await refused(() => service(OperatorsService).create(actor, undefined as Anything), 'body');
      await refused(() => service(OperatorsService).create(actor, { name: 'bob', role: 'x' } as Anything), 'role');
      await refused(() => service(OperatorsService).create(actor, { name: 7 } as Anything), 'name');
      await refused(() => service(OperatorsService).create(actor, { name: 'Bob' }), 'name');
      await refused(() => service(RolesService).create(actor, { name: 'R' } as Anything), 'permissions');
      await refused(() => service(RolesService).replace(actor, key.id, { name: '\0', permissions: [] }), 'name');
      await refused(() => service(MembersService).put(actor, 'alice', { roles: 'admin' } as Anything), 'roles');
      for (const subject of [7, '', 'a\0b', '\ud800', 'x'.repeat(256)] as Anything[]) {
        await refused(() => service(MembersService).put(actor, subject, {}), 'subject');
      }
      await refused(() => service(MembersService).remove(actor, 'alice', { dryRun: 'true' } as Anything), 'dryRun');
      await refused(() => service(PermissionsService).create(actor, { name: 'x', description: 'x' }), 'name');
      await refused(() => service(AuditService).list(actor, { from: 'yesterday' }), 'from');
      await refused(() => service(AuditService).list(actor, { actor: 'me' } as Anything), 'actor');
      await refused(() => service(AuditService).export(actor, { format: 'csv' } as Anything), 'format');
    });

    it('a workspace that there is none of is not found, and holds nothing', async () => {
      const of = (workspaceId: unknown) => actor.in(workspaceId as string);
      for (const call of [
        () => of('garbage'),
        () => of({}),
        () => of(undefined),
        () => Principal.system('host', 'garbage'),
        () => service(ApiKeysService).list(of(randomUUID())),
        () => service(ApiKeysService).list(of(randomUUID()), { search: 'x' }),
        () => service(ApiKeysService).create(of(randomUUID()), KEY),
        () => service(MembersService).list(of(randomUUID())),
        () => service(RolesService).list(of(randomUUID())),
        () => service(PermissionsService).list(of(randomUUID())),
        () => service(AuditService).list(of(randomUUID())),
        () => service(AuditService).export(of(randomUUID())),
        () => service(AuditService).record(of(randomUUID()), { action: 'order.refunded' }),
        () => service(AuditService).record(actor, { action: 'order.refunded', workspaceId: randomUUID() }),
        () =>
          host.dataSource.transaction((manager) =>
            service(AuditService).record(of(randomUUID()), { action: 'order.refunded' }, manager),
          ),
      ]) {
        expect(await refusalOf(call)).toMatchObject({ code: 'workspace.not_found' });
      }
      const capitals = actor.in(key.workspaceId.toUpperCase());
      expect(await service(ApiKeysService).get(capitals, key.id)).toMatchObject({ key: { id: key.id } });
    });

    it('an actor that is none is a fault of the code that calls', async () => {
      const typed = { type: 'operator', id: 'x', display: 'x', credentialId: key.secret, origin: null };
      for (const none of [undefined, null, {}, { ...actor }, typed] as Anything[]) {
        for (const call of [
          () => service(ApiKeysService).create(none, KEY),
          () => service(ApiKeysService).get(none, key.id),
          () => service(WorkspacesService).create(none, { name: 'A' }),
          () => service(WorkspacesService).delete(none, key.workspaceId),
          () => service(RolesService).list(none),
          () => service(MembersService).remove(none, 'alice'),
          () => service(PermissionsService).list(none),
          () => service(AuditService).list(none),
          () => service(OperatorsService).create(none, { name: 'bob' }),
          () => service(OperatorsService).rotate(none, 'first'),
          () => service(OperatorsService).delete(none, 'first'),
        ]) {
          const error = await refusalOf(call);
          expect(error).toBeInstanceOf(TypeError);
          expect((error as Error).message).toContain('actor must be a Principal');
        }
      }
    });

    it('has changed nothing', async () => {
      expect(await rowCounts(host.store)).toEqual(before);
    });

    it('a refusal says its kind', async () => {
      const keys = service(ApiKeysService);
      const { name } = (await keys.get(actor, key.id)).key;
      const isKind = async (kind: string, call: () => unknown) =>
        expect(await refusalOf(call)).toMatchObject({ kind, isRefusal: true });
      await isKind('invalid', () => keys.create(actor, { ...KEY, permissions: ['apikeys:read'] }));
      await isKind('not_found', () => keys.get(actor, randomUUID()));
      await isKind('conflict', () => keys.create(actor, { ...KEY, keyName: name }));
      await isKind('precondition_failed', () => keys.update(actor, key.id, { enabled: false }, '"another"'));
    });

    it('takes a Date for a date, and nothing for a filter', async () => {
      const expirationDate = new Date('2040-01-01T00:00:00Z');
      const created = await service(ApiKeysService).create(actor, {
        ...KEY,
        keyName: uniqueName('Key'),
        expirationDate,
      });
      expect(created.key.expirationDate).toBe(expirationDate.toISOString());
      const { total } = await service(ApiKeysService).list(actor);
      expect(total).toBe(2);
      const { data } = await service(AuditService).list(actor, { from: new Date(0), to: new Date('2040-01-01') });
      expect(data).toHaveLength(3);
    });

    it('masks and cuts what a system calls itself, and takes none without a name', async () => {
      const secret = generateKey('lk');
      for (const display of [`job ${secret}`, secret.slice(0, -1), secret.split('').join(' ')]) {
        const system = Principal.system(display, key.workspaceId);
        const { key: made } = await service(ApiKeysService).create(system, { ...KEY, keyName: uniqueName('Key') });
        const { data } = await service(AuditService).list(actor, { targetId: made.id });
        const shown = [system.display, made.createdBy.display, data[0]?.actor.display];
        expect(JSON.stringify(shown).replaceAll(' ', '')).not.toContain(secret.slice(8, 40));
      }
      expect(Principal.system('x'.repeat(5000)).display).toBe('x'.repeat(255));
      for (const none of ['', '\0', ' ', 7, undefined, null] as Anything[]) {
        expect(() => Principal.system(none)).toThrow(TypeError);
      }
    });

    it('gives no hash, and nothing that a store holds', async () => {
      const keys = service(ApiKeysService);
      const results = [
        await keys.create(actor, { ...KEY, keyName: uniqueName('Key') }),
        await keys.get(actor, key.id),
        await keys.list(actor),
        await keys.update(actor, key.id, { description: uniqueName('For') }),
        await service(WorkspacesService).get(key.workspaceId),
        await service(WorkspacesService).list(),
        await service(MembersService).put(actor, 'alice', { roles: ['viewer'] }),
        await service(MembersService).list(actor),
      ];
      const hashes = await host.dataSource.query<{ hash: string }[]>('SELECT hash FROM latchkey_api_keys');
      const text = JSON.stringify(results);
      for (const { hash } of hashes) expect(text).not.toContain(hash);
      expect(text).not.toContain('"hash"');
      expect(results[1]).toMatchObject({ key: { id: key.id, name: key.name } });
    });

    it('KeyVerifier.verify refuses what is no request', async () => {
      const verifier = service(KeyVerifier);
      expect(await verifier.verify(key.secret)).toMatchObject({ valid: true });
      for (const none of [undefined, null, 7, {}, [key.secret]] as Anything[]) {
        expect(await verifier.verify(none)).toMatchObject({ valid: false });
      }
      for (const [request, field] of [
        [{ permissions: 'apikeys:view' }, 'permissions'],
        [{ permissions: {} }, 'permissions'],
        [{ permissions: [7] }, 'permissions'],
        [{ permissions: ['apikeysX'] }, 'permissions'],
        [{ permissions: ['apikeys:'] }, 'permissions'],
        [{ permissions: [`apikeys:${'x'.repeat(100)}`] }, 'permissions'],
        [{ permissions: ['apikeys:view', 'apikeys:view'] }, 'permissions'],
        [{ permissions: Array.from({ length: 101 }, (_, at) => `orders:a${at}`) }, 'permissions'],
        [{ permission: ['apikeys:delete'] }, 'request'],
        [{ cost: 0 }, 'cost'],
        [{ cost: '5' }, 'cost'],
        [{ cost: 1e300 }, 'cost'],
        [{ ip: 7 }, 'ip'],
        [{ ip: 'garbage' }, 'ip'],
        [{ ip: '203.0.113.7:80' }, 'ip'],
        [{ workspaceId: 7 }, 'workspaceId'],
        [{ workspaceId: 'garbage' }, 'workspaceId'],
        [{ workspaceId: [randomUUID()] }, 'workspaceId'],
        [{ client: null }, 'client'],
        [{ client: 'Billing' }, 'client'],
        [{ client: { agent: 'Billing' } }, 'client'],
        [{ client: { application: 7 } }, 'client.application'],
        [{ client: { application: '' } }, 'client.application'],
        [{ client: { application: 'x'.repeat(101) } }, 'client.application'],
        [{ client: { application: 'a\nb' } }, 'client.application'],
        [{ client: { ip: 7 } }, 'client.ip'],
        [{ client: { ip: 'garbage' } }, 'client.ip'],
        [{ client: { userAgent: 'x'.repeat(513) } }, 'client.userAgent'],
        [null, 'request'],
        ['apikeys:delete', 'request'],
      ] as [Anything, string][]) {
        await refused(() => verifier.verify(key.secret, request), field);
      }
    });

    it.each([
      { cost: 1 },
      { cost: 1_000_000_000 },
      { permissions: Array.from({ length: 100 }, (_, at) => `orders:a${at}`) },
      { permissions: [`orders:${'x'.repeat(LONGEST_PERMISSION - 'orders:'.length)}`] },
    ])('KeyVerifier.verify takes as much as it says: %j', async (request) => {
      expect(await service(KeyVerifier).verify(key.secret, request)).toHaveProperty('valid');
    });

    it.each([
      {},
      { application: null, ip: null, userAgent: null },
      { application: 'x', ip: '203.0.113.7', userAgent: 'x' },
      { application: 'x'.repeat(100), ip: '2001:db8::1', userAgent: 'x'.repeat(512) },
    ])('KeyVerifier.verify takes what it may be told of a client: %j', async (client) => {
      expect(await service(KeyVerifier).verify(key.secret, { client })).toMatchObject({ valid: true });
    });

    it('KeyVerifier.verify knows a workspace by its id in any case, from the database and from memory', async () => {
      const verifier = service(KeyVerifier);
      const { secret } = await service(ApiKeysService).create(actor, { ...KEY, keyName: uniqueName('Key') });
      for (const workspaceId of [key.workspaceId.toUpperCase(), key.workspaceId, key.workspaceId.toUpperCase()]) {
        expect(await verifier.verify(secret, { workspaceId, ip: null })).toMatchObject({ valid: true });
        expect(await verifier.verify(secret, { workspaceId: randomUUID() })).toMatchObject({ reason: 'unknown' });
      }
    });

    it('the same over REST: a value sent back unchanged is no change, also of an expired key', async () => {
      const headers = { authorization: OPERATOR_KEY, 'x-workspace-id': key.workspaceId };
      const send = (method: string, path: string, body?: unknown) =>
        host.send(method, `/latchkey${path}`, body, headers);
      const settings = { ...KEY, keyName: uniqueName('Key'), roles: ['viewer'], allowedIps: ['10.0.0.0/8'] };
      const { body: created } = await send('POST', '/apikey', { ...settings, expiresInSeconds: 1 });
      await host.dataSource.query(
        `UPDATE latchkey_api_keys SET expiration_date = '2020-01-01T00:00:00.000Z' WHERE id = '${created.id}'`,
      );
      const { body: was } = await send('GET', `/apikey/${created.id}`);
      expect(was.status).toBe('expired');
      const { keyName, permissions, roles, description, expirationDate, allowedIps, rateLimit, metadata, enabled } =
        was;
      const same = {
        keyName,
        permissions,
        roles,
        description,
        expirationDate,
        allowedIps,
        rateLimit,
        metadata,
        enabled,
      };
      expect(await send('PATCH', `/apikey/${created.id}`, same)).toMatchObject({ status: 200, body: was });
      expect(await send('PUT', `/apikey/${created.id}`, { keyName, permissions })).toMatchObject({
        status: 200,
        body: was,
      });
      const renamed = await send('PATCH', `/apikey/${created.id}`, { ...same, keyName: uniqueName('Key') });
      expect(renamed).toMatchObject({ status: 200, body: { expirationDate, status: 'expired' } });
    });
  });
});
