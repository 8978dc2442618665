import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OnEvent } from '@nestjs/event-emitter';
import { Controller, Get, Injectable, Module, Post, Scope, SetMetadata, UseGuards, type Type } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AnyCaller, ApiKeyGuard, LatchkeyModule, PermissionGuard, Public } from '../../src/index.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';
import { createHost, HOST_ADAPTERS, hostDataSource, OPERATOR_KEY, startHost, type HostSetup } from './host.js';
import { permissions, Protected, RequirePermissions } from './permissions.js';

const LACKS_BOTH = 'lacks ApiKeyGuard and PermissionGuard.';

@Controller('orders')
class OpenController {
  @Get()
  list(): string[] {
    return [];
  }

  @Post(':id/refund')
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Controller(['reports', 'statements'])
@RequirePermissions('reports:export')
class OpenReportsController {
  @Get()
  list(): string[] {
    return [];
  }

  @Get('totals')
  @AnyCaller()
  totals(): string[] {
    return [];
  }

  @Get('prices')
  @Public()
  prices(): string[] {
    return [];
  }
}

@Controller('half')
class HalfGuardedController {
  @Get('known')
  @UseGuards(ApiKeyGuard)
  @RequirePermissions('orders:view')
  known(): string {
    return 'for any key';
  }

  @Get('allowed')
  @UseGuards(PermissionGuard)
  @RequirePermissions('orders:view')
  allowed(): string {
    return 'for no key';
  }
}

abstract class RefundingController {
  @Post('refund')
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Controller('inherited')
class InheritingController extends RefundingController {}

@Controller('disguised')
class DisguisedController {
  constructor() {
    return new OpenController();
  }
}

@Controller('overridden')
@Protected('orders:view')
class OverridingController extends RefundingController {
  @Post('refund')
  override refund(): string {
    return 'refunded to whoever may look';
  }
}

/** As decorators that cache or trace do, which take no metadata along. */
function Wrapped(): MethodDecorator {
  return (_target, _name, descriptor: PropertyDescriptor) => {
    const method = descriptor.value as (...input: unknown[]) => unknown;
    descriptor.value = function (this: unknown, ...input: unknown[]) {
      return method.apply(this, input);
    };
  };
}

@Controller('wrapped')
class WrappedController {
  @Get('below')
  @Wrapped()
  @Protected('orders:view')
  below(): string {
    return 'for everybody';
  }

  @Get('above')
  @Protected('orders:view')
  @Wrapped()
  above(): string {
    return 'for viewers';
  }
}

@Controller('bound')
class BoundController {
  constructor() {
    this.list = this.list.bind(this);
  }

  @Get()
  @Protected('orders:view')
  list(): string {
    return 'for everybody';
  }
}

@Controller({ path: 'bound-later', scope: Scope.REQUEST })
class BoundLaterController {
  constructor() {
    this.refund = this.refund.bind(this);
  }

  @Post('refund')
  @Protected('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Controller({ path: 'of-request', scope: Scope.REQUEST })
class RequestController {
  @Post('refund')
  @Protected('orders:refund')
  refund(): string {
    return 'refunded';
  }

  @Get()
  list(): string {
    return 'for everybody';
  }
}

@Controller('contradicting')
@UseGuards(ApiKeyGuard, PermissionGuard)
class ContradictingController {
  @Get()
  @Public()
  @RequirePermissions('orders:view')
  list(): string {
    return 'for whom?';
  }
}

@Controller('torn')
@Public()
@Protected('orders:view')
class TornController {
  @Get()
  list(): string {
    return 'for whom?';
  }
}

@Injectable()
class RefundsService {
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

class ListeningService {
  @OnEvent('order.returned')
  @Protected('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

// As @nestjs/schedule and @nestjs/bull mark methods.
class ScheduledService {
  @SetMetadata('SCHEDULE_CRON_OPTIONS', { cronTime: '0 0 * * *' })
  @SetMetadata('SCHEDULER_TYPE', 1)
  @Protected('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

class QueuedService {
  @SetMetadata('bull:queue_process', {})
  @Protected('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Injectable()
@Protected('orders:refund')
class RefundsOfAll {
  refund(): string {
    return 'refunded';
  }
}

// What the decorators of @nestjs/graphql, @nestjs/websockets and @nestjs/microservices put onto methods; test/hosts has
// the real ones.
const Query = () => SetMetadata('graphql:resolver_type', 'Query');
const ResolveField = () => SetMetadata('graphql:resolve_property', true);
const Resolver = () => SetMetadata('graphql:resolver_type', 'Order');
const Gateway = () => SetMetadata('websockets:is_gateway', true);
const SubscribeMessage =
  (name: string): MethodDecorator =>
  (target, key, descriptor) => {
    SetMetadata('websockets:message_mapping', true)(target, key, descriptor);
    SetMetadata('message', name)(target, key, descriptor);
  };
const MessagePattern = (pattern: string) => SetMetadata('microservices:pattern', [pattern]);

@Resolver()
class OpenResolver {
  @Query()
  @RequirePermissions('orders:view')
  orders(): string[] {
    return [];
  }
}

@Resolver()
class GuardedResolver {
  @Query()
  @Protected('orders:view')
  orders(): string[] {
    return [];
  }
}

@Resolver()
class FieldResolver {
  @ResolveField()
  @Protected('orders:view')
  customer(): string {
    return 'of an order';
  }
}

@Gateway()
class OpenGateway {
  @SubscribeMessage('refund')
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Gateway()
@Protected()
class GuardedGateway {
  @SubscribeMessage('refund')
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Gateway()
@Protected('orders:refund')
class DeclaringGateway {
  @SubscribeMessage('refund')
  refund(): string {
    return this.answer();
  }

  answer(): string {
    return 'refunded';
  }
}

@Controller('declaring')
@RequirePermissions('orders:view')
class DeclaringController {
  @Get()
  list(): string[] {
    return this.orders();
  }

  orders(): string[] {
    return [];
  }
}

// As a package marks methods that nobody here knows of.
const Command = () => SetMetadata('chat:command', 'refund');

class OpenCommands {
  @Command()
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Injectable()
class GuardedCommands {
  @Command()
  @Protected('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Controller()
class OpenMessages {
  @MessagePattern('refund')
  @RequirePermissions('orders:refund')
  refund(): string {
    return 'refunded';
  }
}

@Injectable()
class OwnApiKeyGuard extends ApiKeyGuard {}

@Injectable()
class OwnPermissionGuard extends PermissionGuard {}

@Controller('own')
@UseGuards(OwnApiKeyGuard, OwnPermissionGuard)
class OwnGuardsController {
  @Get()
  @RequirePermissions('orders:view')
  list(): string[] {
    return [];
  }
}

describe('an application that declares access', () => {
  forEachStore((kind) => {
    let store: Store;

    beforeAll(async () => {
      store = await createStore(kind);
    });

    afterAll(() => store.drop());

    /** Why the application does not start; undefined if it does. */
    async function faultOf(setup: HostSetup): Promise<string | undefined> {
      const app = await createHost(store, { latchkey: { permissions }, ...setup });
      try {
        await app.listen(0, '127.0.0.1');
        return undefined;
      } catch (error) {
        expect(app.getHttpServer().listening).toBe(false);
        return (error as Error).message;
      } finally {
        await app.close();
      }
    }

    const faultOfController = (controller: Type) => faultOf({ controllers: [controller] });
    const faultOfProvider = (provider: Type) => faultOf({ providers: [provider] });

    it('does not start without the guards, and says which routes, which guards and the way out', async () => {
      const fault = await faultOf({ controllers: [OpenController, HalfGuardedController] });
      expect(fault).toContain(`OpenController.refund (POST /orders/:id/refund) ${LACKS_BOTH}`);
      expect(fault).toContain('HalfGuardedController.known (GET /half/known) lacks PermissionGuard.');
      expect(fault).toContain('HalfGuardedController.allowed (GET /half/allowed) lacks ApiKeyGuard.');
      expect(fault).toContain('Protected(…) brings both guards');
      expect(fault).not.toContain('list');
    });

    it('does not start if the controller declares and nothing guards its routes, but for the public ones', async () => {
      const fault = await faultOfController(OpenReportsController);
      expect(fault).toContain(`OpenReportsController.list (GET /reports, /statements) ${LACKS_BOTH}`);
      expect(fault).toContain(`OpenReportsController.totals (GET /reports/totals, /statements/totals) ${LACKS_BOTH}`);
      expect(fault).not.toContain('prices');
    });

    it('does not start if an inherited route is not guarded', async () => {
      expect(await faultOfController(InheritingController)).toContain(
        `InheritingController.refund (POST /inherited/refund) ${LACKS_BOTH}`,
      );
    });

    it('does not start if a route of what the constructor returns is not guarded', async () => {
      expect(await faultOfController(DisguisedController)).toContain(
        `DisguisedController.refund (POST /disguised/:id/refund) ${LACKS_BOTH}`,
      );
    });

    it.each([
      ['overrides a method that declares', OverridingController, 'OverridingController.refund'],
      ['is replaced by a decorator above its declaration', WrappedController, 'WrappedController.below'],
      ['is replaced on the instance', BoundController, 'BoundController.list'],
    ])('does not start if a route %s', async (_what, controller, route) => {
      const fault = await faultOfController(controller);
      expect(fault).toContain(route);
      expect(fault).toContain('has lost a declaration');
      expect(fault).not.toContain('above (');
    });

    it.each(HOST_ADAPTERS)(
      'lets nobody into a method that is replaced on an instance for a request (%s)',
      async (adapter) => {
        const host = await startHost(kind, {
          adapter,
          latchkey: { permissions, operatorKey: OPERATOR_KEY },
          controllers: [BoundLaterController, RequestController],
        });
        const { header } = await host.createKey(['orders:refund']);
        const statusOf = async (method: string, path: string, headers?: Record<string, string>) =>
          (await host.send(method, path, undefined, headers)).status;
        expect(await statusOf('POST', '/bound-later/refund')).toBe(500);
        expect(await statusOf('POST', '/bound-later/refund', header)).toBe(500);
        expect(await statusOf('POST', '/of-request/refund')).toBe(401);
        expect(await statusOf('POST', '/of-request/refund', header)).toBe(201);
        expect(await statusOf('GET', '/of-request')).toBe(200);
        await host.stop();
      },
    );

    it.each([
      [
        ContradictingController,
        'ContradictingController.list (GET /contradicting) says @Public() and who may call it.',
      ],
      [TornController, 'TornController says @Public() and who may call it.'],
    ])('does not start if declarations contradict each other: %p', async (controller, fault) => {
      expect(await faultOfController(controller)).toContain(fault);
    });

    it.each([
      [RefundsService, 'RefundsService.refund is no route: no guard runs ahead of it.'],
      [ListeningService, 'ListeningService.refund is no route: no guard runs ahead of it.'],
      [ScheduledService, 'ScheduledService.refund is no route: no guard runs ahead of it.'],
      [QueuedService, 'QueuedService.refund is no route: no guard runs ahead of it.'],
      [RefundsOfAll, 'RefundsOfAll is no controller, resolver or gateway'],
      [OpenResolver, `OpenResolver.orders (GraphQL Query) ${LACKS_BOTH}`],
      [OpenGateway, `OpenGateway.refund (WebSocket message "refund") ${LACKS_BOTH}`],
      [OpenCommands, `OpenCommands.refund ${LACKS_BOTH}`],
    ])('does not start if a provider declares what nothing checks: %p', async (provider, fault) => {
      expect(await faultOfProvider(provider)).toContain(fault);
    });

    it('does not start if nothing guards a message of a microservice', async () => {
      expect(await faultOfController(OpenMessages)).toContain(`OpenMessages.refund (message ["refund"]) ${LACKS_BOTH}`);
    });

    it('does not start if the guards of a field of GraphQL would not run', async () => {
      const graphql = (options: object) => ({ provide: 'GqlModuleOptions', useValue: options });
      expect(await faultOf({ providers: [FieldResolver, graphql({})] })).toContain(
        'FieldResolver.customer (GraphQL Order) is a field',
      );
      const guarded = graphql({ fieldResolverEnhancers: ['guards'] });
      expect(await faultOf({ providers: [FieldResolver, guarded] })).toBeUndefined();
    });

    it.each([
      [GuardedResolver, 'GuardedResolver.orders (GraphQL Query)'],
      [FieldResolver, 'FieldResolver.customer (GraphQL Order)'],
      [GuardedCommands, 'GuardedCommands.refund'],
    ])('does not start with a provider whose guards Nest would not find: %p', async (type, method) => {
      const options = { provide: 'GqlModuleOptions', useValue: { fieldResolverEnhancers: ['guards'] } };
      for (const provider of [
        { provide: type, useFactory: () => new type() },
        { provide: 'PROVIDER', useClass: type },
      ]) {
        expect(await faultOf({ providers: [provider, options] })).toContain(`${method} ${LACKS_BOTH}`);
      }
    });

    it('does not start with guards that are there under another name than APP_GUARD, and bound to nothing', async () => {
      const named = [ApiKeyGuard, PermissionGuard].map((guard) => ({ provide: `My${guard.name}`, useExisting: guard }));
      const providers = [ApiKeyGuard, PermissionGuard, ...named];
      expect(await faultOf({ controllers: [OpenController], providers })).toContain(LACKS_BOTH);
    });

    it('starts with guards on the class or the method, and with guards of its own that extend them', async () => {
      expect(await faultOf({ controllers: [OwnGuardsController], providers: [GuardedResolver] })).toBeUndefined();
      expect(await faultOfProvider(GuardedGateway)).toBeUndefined();
      expect(await faultOf({ providers: [DeclaringGateway, GuardedCommands] })).toBeUndefined();
    });

    it.each<[string, object, object]>([
      ['classes', { useClass: ApiKeyGuard }, { useClass: PermissionGuard }],
      ['guards of its own', { useClass: OwnApiKeyGuard }, { useClass: OwnPermissionGuard }],
      ['guards for each request', { useClass: ApiKeyGuard, scope: Scope.REQUEST }, { useClass: PermissionGuard }],
      ['aliases', { useExisting: ApiKeyGuard }, { useExisting: PermissionGuard }],
    ])('starts with APP_GUARD as %s', async (_what, apiKeyGuard, permissionGuard) => {
      const guards = [apiKeyGuard, permissionGuard].map((guard) => ({ provide: APP_GUARD, ...guard }) as never);
      const providers = [ApiKeyGuard, PermissionGuard, OpenResolver, ...guards];
      expect(await faultOf({ controllers: [OpenController, DeclaringController], providers })).toBeUndefined();
    });

    it('starts with app.useGlobalGuards, which guards its routes, but not its gateways and messages', async () => {
      const setup: HostSetup = {
        controllers: [OpenController],
        providers: [OwnApiKeyGuard, PermissionGuard, OpenResolver],
        configure: (app) => app.useGlobalGuards(app.get(OwnApiKeyGuard), app.get(PermissionGuard)),
      };
      expect(await faultOf(setup)).toBeUndefined();
      const gateways = { ...setup, providers: [...(setup.providers ?? []), OpenGateway] };
      expect(await faultOf(gateways)).toContain('OpenGateway.refund');
      expect(await faultOf({ ...setup, controllers: [OpenMessages] })).toContain('OpenMessages.refund');
    });

    it('starts in a context without HTTP, where no global guard of main.ts is there', async () => {
      const host = moduleOf([OpenController], [OpenResolver]);
      const context = await NestFactory.createApplicationContext(host, { logger: false, abortOnError: false });
      await context.close();
    });

    it('starts in a test that puts other guards in the place of these', async () => {
      const open = { canActivate: () => true };
      const aliases = [ApiKeyGuard, PermissionGuard].map((useExisting) => ({ provide: APP_GUARD, useExisting }));
      const bound = Test.createTestingModule({ imports: [moduleOf([OwnGuardsController], [GuardedResolver])] });
      const global = Test.createTestingModule({
        imports: [moduleOf([OpenController], [ApiKeyGuard, PermissionGuard, ...aliases])],
      });
      for (const builder of [
        bound.overrideGuard(OwnApiKeyGuard).useValue(open).overrideGuard(ApiKeyGuard).useValue(open),
        global.overrideProvider(ApiKeyGuard).useValue(open).overrideProvider(PermissionGuard).useValue(open),
      ]) {
        const app = (await builder.compile()).createNestApplication(new FastifyAdapter());
        await app.init();
        await app.close();
      }
    });

    function moduleOf(controllers: Type[], providers: NonNullable<HostSetup['providers']>): Type {
      @Module({
        imports: [
          TypeOrmModule.forRoot(hostDataSource(store)),
          LatchkeyModule.forRoot({ operatorKey: OPERATOR_KEY, permissions }),
        ],
        controllers,
        providers,
      })
      class HostModule {}
      return HostModule;
    }
  });
});
