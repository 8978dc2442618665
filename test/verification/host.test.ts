import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeysService } from '../../src/api-keys/api-keys.service.js';
import { PresentedKey } from '../../src/identity/presented-key.js';
import { Principal } from '../../src/identity/principal.js';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { KeyVerifier, LatchkeyModule, PermissionSet, type VerificationResult } from '../../src/index.js';
import { WorkspacesService } from '../../src/workspaces/workspaces.service.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

@Injectable()
class Gateway {
  constructor(private readonly verifier: KeyVerifier) {}

  admit(apiKey: string): VerificationResult | Promise<VerificationResult> {
    return this.verifier.verify(apiKey, { permissions: ['apikeys:view'] });
  }
}

describe('KeyVerifier in a host', () => {
  forEachStore((kind) => {
    let store: Store;
    let context: INestApplicationContext;

    beforeAll(async () => {
      store = await createStore(kind);

      @Module({
        imports: [
          TypeOrmModule.forRoot({ ...dataSourceOptions(store.url), migrationsRun: true }),
          // Held also on a machine that has other things to do: the answers come from memory.
          LatchkeyModule.forRoot({ leaseMs: 10_000 }),
        ],
        providers: [Gateway],
      })
      class HostModule {}

      context = await NestFactory.createApplicationContext(HostModule, { logger: false, abortOnError: false });
    });

    afterAll(async () => {
      await context.close();
      await store.drop();
    });

    it('is injected, asks the database once, and then answers without a promise, until the key is deleted', async () => {
      const operator = Principal.system('host');
      const { id } = await context.get(WorkspacesService, { strict: false }).create(operator, { name: 'Host' });
      const apiKeys = context.get(ApiKeysService, { strict: false });
      const actor = operator.in(id);
      const { key, secret } = await apiKeys.create(actor, { keyName: 'Program', permissions: ['apikeys:*'] });
      const gateway = context.get(Gateway);

      expect(gateway.admit(secret)).toBeInstanceOf(Promise);
      await gateway.admit(secret);
      expect(gateway.admit(secret)).toMatchObject({
        valid: true,
        key: { id: key.id, name: 'Program', workspaceId: id },
      });

      await apiKeys.delete(actor, key.id, {});
      expect(await gateway.admit(secret)).toEqual({
        valid: false,
        reason: 'deleted',
        key: { id: key.id, name: 'Program', workspaceId: id },
      });
    });

    it('answers without the hash, accepted or refused, and alike for all who ask', async () => {
      const actor = Principal.system('host');
      const { id } = await context.get(WorkspacesService, { strict: false }).create(actor, { name: 'Views' });
      const { key, secret } = await context.get(ApiKeysService, { strict: false }).create(actor.in(id), {
        keyName: 'Program',
        permissions: ['apikeys:*'],
        metadata: { plan: { name: 'free' }, tags: ['a'] },
        rateLimit: { limit: 3, windowSeconds: 60 },
      });
      const verifier = context.get(KeyVerifier, { strict: false });
      const known = { id: key.id, name: 'Program', workspaceId: id };
      const accepted = {
        valid: true,
        key: {
          ...known,
          permissions: new PermissionSet(['apikeys:*']),
          owner: null,
          rateLimit: { limit: 3, windowSeconds: 60 },
          metadata: { plan: { name: 'free' }, tags: ['a'] },
          expirationDate: null,
        },
      };

      // Strangers to the types of the answer: what a host without types may try.
      const first = (await verifier.verify(secret)) as unknown as { key: typeof accepted.key & { grants: unknown } };
      const { permissions, metadata, rateLimit } = first.key;
      const attempts = [
        () => (metadata.plan.name = 'gold'),
        () => Object.assign(metadata, { admin: true }),
        () => metadata.tags.push('b'),
        () => (rateLimit.limit = 1_000_000),
        () => (permissions.grants as string[]).push('*'),
        () => (permissions.simplified() as string[]).push('*'),
        () => Object.assign(permissions, { all: true, has: () => true }),
        () => Object.assign(first.key, { id: 'another' }),
      ];
      for (const attempt of attempts) expect(attempt).toThrow(TypeError);

      expect(await verifier.verify(secret)).toEqual(accepted);
      expect(permissions.has('roles:view')).toBe(false);
      expect(await verifier.authenticate(new PresentedKey(secret), {})).toMatchObject(accepted);
      expect(verifier.authenticateFromMemory(new PresentedKey(secret), {})?.key).toEqual(accepted.key);
      expect(Object.keys((await verifier.verify(secret)).key ?? {}).sort()).toEqual(Object.keys(accepted.key).sort());

      const missing = { valid: false, reason: 'insufficient_permissions', missing: ['a:b'], key: known };
      expect(await verifier.verify(secret, { permissions: ['a:b'] })).toStrictEqual(missing);
      expect(await verifier.verify(secret)).toStrictEqual({
        valid: false,
        reason: 'rate_limited',
        retryAfterSeconds: expect.any(Number),
        key: known,
      });
    });

    it('heeds the addresses of a key in memory', async () => {
      const operator = Principal.system('host');
      const { id } = await context.get(WorkspacesService, { strict: false }).create(operator, { name: 'Addresses' });
      const apiKeys = context.get(ApiKeysService, { strict: false });
      const settings = { keyName: 'Free', permissions: ['apikeys:*'] };
      const free = await apiKeys.create(operator.in(id), settings);
      const bound = await apiKeys.create(operator.in(id), { ...settings, keyName: 'Bound', allowedIps: ['192.0.2.1'] });
      const verifier = context.get(KeyVerifier, { strict: false });
      const authenticate = (secret: string, ip: string) =>
        verifier.authenticateFromMemory(new PresentedKey(secret), { ip })?.key.id;

      for (const secret of [free.secret, bound.secret]) await verifier.verify(secret, { ip: '192.0.2.1' });
      expect(authenticate(free.secret, '203.0.113.7')).toBe(free.key.id);
      expect(authenticate(bound.secret, '192.0.2.1')).toBe(bound.key.id);
      expect(authenticate(bound.secret, '203.0.113.7')).toBeUndefined();
    });
  });
});
