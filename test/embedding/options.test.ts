import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import {
  KeyVerifier,
  LatchkeyModule,
  type LatchkeyModuleOptions,
  type LatchkeyOptionsFactory,
} from '../../src/index.js';
import { createStore, type Store } from '../support/stores.js';
import { createHost, hostDataSource, startHost, type Host, type HostSetup } from './host.js';
import { permissions } from './permissions.js';

const SETTINGS = Symbol('settings');

@Module({ providers: [{ provide: SETTINGS, useValue: { prefix: 'shop_live' } }], exports: [SETTINGS] })
class SettingsModule {}

@Injectable()
class ShopOptions implements LatchkeyOptionsFactory {
  constructor(@Inject(SETTINGS) private readonly settings: { prefix: string }) {}

  createLatchkeyOptions(): LatchkeyModuleOptions {
    return { keyPrefix: this.settings.prefix, permissions };
  }
}

@Module({ imports: [SettingsModule], providers: [ShopOptions], exports: [ShopOptions] })
class ShopOptionsModule {}

describe('the options of the module', () => {
  let host: Host | undefined;

  afterEach(async () => {
    await host?.stop();
    host = undefined;
  });

  it.each<[string, HostSetup]>([
    [
      'useFactory',
      {
        latchkey: LatchkeyModule.forRootAsync({
          imports: [SettingsModule],
          inject: [SETTINGS],
          useFactory: async ({ prefix }: { prefix: string }) => Promise.resolve({ keyPrefix: prefix, permissions }),
          routePrefix: 'keys',
        }),
      },
    ],
    [
      'useClass',
      {
        latchkey: LatchkeyModule.forRootAsync({
          imports: [SettingsModule],
          useClass: ShopOptions,
          routePrefix: 'keys',
        }),
      },
    ],
    [
      'useExisting',
      {
        latchkey: LatchkeyModule.forRootAsync({
          imports: [ShopOptionsModule],
          useExisting: ShopOptions,
          routePrefix: 'keys',
        }),
      },
    ],
  ])('come from %s', async (_, setup) => {
    host = await startHost('sqlite', setup);
    const { secret, header } = await host.createKey(['orders:view']);
    expect(secret).toMatch(/^shop_live_/);
    expect((await host.get('/keys/me', header)).status).toBe(200);
    expect((await host.get('/latchkey/me', header)).status).toBe(404);
  });

  it('have a default, each', async () => {
    host = await startHost('sqlite', { latchkey: LatchkeyModule.forRoot() });
    const { secret, header } = await host.createKey(['apikeys:view']);
    expect(secret).toMatch(/^lk_/);
    expect((await host.get('/latchkey/me', header)).status).toBe(200);
  });

  describe('out of range', () => {
    let store: Store;
    let dataSource: DataSource;

    beforeEach(async () => {
      store = await createStore('sqlite');
      dataSource = await new DataSource(hostDataSource(store)).initialize();
    });

    afterEach(async () => {
      await dataSource.destroy();
      await store.drop();
    });

    // On a data source that is open, for nobody closes what an application opens that does not start.
    const create = (latchkey: HostSetup['latchkey']) =>
      createHost(store, {
        latchkey,
        dataSources: (options) => [
          TypeOrmModule.forRootAsync({
            useFactory: () => options,
            dataSourceFactory: () => Promise.resolve(dataSource),
          }),
        ],
      });

    const wrong: [string, LatchkeyModuleOptions][] = [
      ['keyPrefix must be a letter', { keyPrefix: '1st' }],
      ['keyPrefix must be a letter', { keyPrefix: '' }],
      ['keyPrefix must be a letter', { keyPrefix: 'acme_' }],
      ['operatorKey must have at least 32 characters', { operatorKey: 'short' }],
      ['operatorKey must have at least 32 characters, all visible ASCII', { operatorKey: `${'x'.repeat(40)}’` }],
      ['cacheSize must be a number of keys', { cacheSize: -1 }],
      ['leaseMs must be a number of milliseconds from 100 to 60000', { leaseMs: 99 }],
    ];

    it.each(wrong)('stop the start, saying that %s', async (why, latchkey) => {
      await expect(create(latchkey)).rejects.toThrow(why);
      const later = LatchkeyModule.forRootAsync({ useFactory: () => latchkey });
      await expect(create(later)).rejects.toThrow(why);
    });

    it('stop the start, if the factory gives what shapes the module', async () => {
      const latchkey = LatchkeyModule.forRootAsync({ useFactory: () => ({ leaseMs: 500, routePrefix: 'keys' }) });
      await expect(create(latchkey)).rejects.toThrow('routePrefix must be given to forRootAsync itself');
    });

    it('stop the start, if there is no such option', async () => {
      const latchkey = LatchkeyModule.forRootAsync({ useFactory: () => ({ leaseMs: 500, keyprefix: 'shop_live' }) });
      await expect(create(latchkey)).rejects.toThrow('There is no option keyprefix');
    });
  });

  it('give the verifier to a host without any of our routes', async () => {
    host = await startHost('sqlite', { latchkey: { controllers: 'none', permissions } });
    const { secret, header } = await host.createKey(['orders:view']);
    const verifier = host.app.get(KeyVerifier, { strict: false });
    expect(await verifier.verify(secret, { permissions: ['orders:view'] })).toMatchObject({ valid: true });
    for (const path of ['/latchkey/me', '/latchkey/apikey', '/me']) {
      expect((await host.get(path, header)).status).toBe(404);
    }
  });
});
