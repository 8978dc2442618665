import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, RequestMethod, type INestApplication } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { DiscoveryService, MetadataScanner, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { accessOf, type Access } from '../../src/identity/access.js';
import { AnyCaller, Public, RequirePermissions } from '../../src/authorization/access.decorators.js';
import { AuthModule } from '../../src/auth/auth.module.js';
import { PERMISSIONS } from '../../src/identity/permission-catalogue.js';
import { LatchkeyRoutes } from '../../src/auth/latchkey-routes.decorator.js';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { migrate } from '../../src/database/migrate.js';
import { LatchkeyModule } from '../../src/latchkey.module.js';
import { sendRaw } from '../support/raw-request.js';
import { permissionsOf } from '../support/routes.js';
import { createWorkspace, startService, type RunningService } from '../support/service.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';

interface Route {
  name: string;
  method: string;
  path: string;
  access: Access | undefined;
}

describe('every route', () => {
  let service: RunningService;
  let routes: Route[];

  beforeAll(async () => {
    service = await startService('sqlite');
    routes = routesOf(service.app);
  });

  afterAll(() => service.stop());

  it('is listed here', () => {
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual(
      expect.arrayContaining(['DELETE /apikey/:id', 'GET /audit', 'GET /health/live', 'POST /workspace']),
    );
  });

  it('declares who may call it', () => {
    expect(routes.filter(({ access }) => access === undefined).map(({ name }) => name)).toEqual([]);
  });

  it('asks for permissions of the catalogue only, and all of those are asked for', () => {
    const asked = routes.flatMap(({ access }) => permissionsOf(access));
    expect([...new Set(asked)].sort()).toEqual(PERMISSIONS.map(({ name }) => name).sort());
  });

  it('is public only where it says nothing of anybody', () => {
    const open = routes.filter(({ access }) => access?.kind === 'public');
    expect(open.map(({ path }) => path).sort()).toEqual(['/health/live', '/health/ready', '/metrics']);
  });

  it('401: without a key, and 403: for a key that may do nothing of it', async () => {
    const workspace = await createWorkspace(service);
    for (const { method, path, access } of routes.filter((route) => route.access?.kind === 'permission')) {
      const needed = permissionsOf(access);
      const others = PERMISSIONS.filter(({ name, grantable }) => grantable && !needed.includes(name));
      const key = await workspace.keyWith(...others.map(({ name }) => name));
      const target = path.replace(':id', key.id);
      await service.anonymous.send(method, target).expect(401, 'auth.unauthenticated');
      const { headers } = await key.client.send(method, target).expect(403, 'auth.permission_denied');
      expect(headers.get('www-authenticate')).toBe(
        `Bearer realm="latchkey", error="insufficient_scope", scope="${needed.join(' ')}"`,
      );
    }
  });
});

@Controller('undeclared')
@LatchkeyRoutes()
class UndeclaredController {
  @Get()
  get(): string {
    return 'reached';
  }

  @Post()
  post(): string {
    return 'reached';
  }

  @Get('declared')
  @RequirePermissions('workspaces:view')
  declared(): string {
    return 'reached';
  }

  @Get('any')
  @AnyCaller()
  any(): string {
    return 'reached';
  }

  @Get('public')
  @Public()
  public(): string {
    return 'reached';
  }
}

describe('a route of a host that declares nothing', () => {
  forEachStore((kind) => {
    const operatorKey = generateKey('op');
    let store: Store;
    let app: INestApplication;
    let url: string;

    beforeAll(async () => {
      store = await createStore(kind);
      app = await NestFactory.create(hostOn(store.url, operatorKey), new FastifyAdapter(), { logger: false });
      await app.listen(0, '127.0.0.1');
      url = await app.getUrl();
    });

    afterAll(async () => {
      await app.close();
      await store.drop();
    });

    const send = (method: string, path: string, key?: string) =>
      sendRaw(url, { method, path, headers: key === undefined ? [] : [['X-API-Key', key]] });

    it('403: for the operator, who may do everything', async () => {
      for (const method of ['GET', 'HEAD', 'POST']) {
        expect((await send(method, '/undeclared', operatorKey)).status).toBe(403);
      }
      const { body } = await send('GET', '/undeclared', operatorKey);
      expect(body).toMatchObject({ code: 'auth.permission_denied', success: false });
    });

    it('401: for nobody', async () => {
      expect((await send('GET', '/undeclared')).status).toBe(401);
    });

    it('200: once it declares an access', async () => {
      expect((await send('GET', '/undeclared/declared', operatorKey)).text).toBe('reached');
      expect((await send('GET', '/undeclared/any', operatorKey)).text).toBe('reached');
      expect((await send('GET', '/undeclared/public')).text).toBe('reached');
      expect((await send('GET', '/undeclared/any')).status).toBe(401);
    });
  });
});

function hostOn(url: string, operatorKey: string) {
  @Module({
    imports: [
      TypeOrmModule.forRootAsync({
        useFactory: () => ({ ...dataSourceOptions(url), retryAttempts: 0 }),
        dataSourceFactory: async (options) => {
          const dataSource = await new DataSource(options as DataSourceOptions).initialize();
          await migrate(dataSource);
          return dataSource;
        },
      }),
      LatchkeyModule.forRoot({ operatorKey }),
      AuthModule,
    ],
    controllers: [UndeclaredController],
  })
  class HostModule {}
  return HostModule;
}

function routesOf(app: INestApplication): Route[] {
  const scanner = new MetadataScanner();
  const controllers = app.get(DiscoveryService, { strict: false }).getControllers();
  return controllers.flatMap(({ metatype }) => {
    if (typeof metatype !== 'function') return [];
    const prototype = metatype.prototype as Record<string, object>;
    return scanner.getAllMethodNames(prototype).flatMap((name): Route[] => {
      const handler = prototype[name] ?? {};
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) return [];
      const parts = [metatype, handler].map((part) => String(Reflect.getMetadata(PATH_METADATA, part)));
      return [
        {
          name: `${metatype.name}.${name}`,
          method: RequestMethod[method],
          path: `/${parts.filter((part) => part !== '/').join('/')}`,
          access: accessOf(metatype, handler),
        },
      ];
    });
  });
}
