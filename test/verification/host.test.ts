import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { ApiKeysService } from '../../src/api-keys/api-keys.service.js';
import { Principal } from '../../src/auth/principal.js';
import { dataSourceOptions } from '../../src/config/data-source-options.js';
import { KeyVerifier, LatchkeyModule, type VerificationResult } from '../../src/index.js';
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
  });
});
