import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Body,
  Catch,
  Controller,
  Delete,
  ForbiddenException,
  Get,
  HttpException,
  HttpStatus,
  Injectable,
  Param,
  ParseIntPipe,
  Post,
  Query,
  ValidationPipe,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiOkResponse, ApiProperty, DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { IsInt, IsString, Min } from 'class-validator';
import { tap, type Observable } from 'rxjs';
import { isLatchkeyRoute } from '../../src/index.js';
import type { Answer } from '../support/client.js';
import { forEachStore, type StoreKind } from '../support/stores.js';
import { OPERATOR_KEY, startHost, type Host, type HostSetup } from './host.js';
import { permissions } from './permissions.js';

class CreateOrderDto {
  @ApiProperty()
  @IsString()
  item!: string;

  @ApiProperty()
  @IsInt()
  @Min(1)
  count!: number;
}

class PageDto {
  @ApiProperty()
  @IsInt()
  page!: number;
}

/** Of a name that Latchkey has too. */
class Role {
  @ApiProperty()
  part!: string;

  @ApiProperty()
  actor!: string;
}

@Controller('orders')
class OrdersController {
  @Get()
  list(@Query() { page }: PageDto): { page: number } {
    return { page };
  }

  @Post()
  create(@Body() order: CreateOrderDto): { created: CreateOrderDto } {
    return { created: order };
  }

  @Get('fails')
  fails(): never {
    throw new Error('The host’s own trouble.');
  }

  @Delete('forbidden')
  forbidden(): never {
    throw new ForbiddenException('Not you.');
  }

  @Get('role')
  @ApiOkResponse({ type: Role })
  role(): Role {
    return { part: 'Hamlet', actor: 'Burbage' };
  }

  @Get(':id')
  one(@Param('id', ParseIntPipe) id: number): { id: number } {
    return { id };
  }
}

/** The errors of a host in a form of its own. */
@Catch()
class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const status = error instanceof HttpException ? error.getStatus() : HttpStatus.INTERNAL_SERVER_ERROR;
    const title = error instanceof HttpException ? error.message : 'Something went wrong';
    const response = host.switchToHttp().getResponse<Reply>();
    response.status(status).header('content-type', 'application/problem+json').send({ title, status });
  }
}

interface Reply {
  status: (code: number) => Reply;
  header: (name: string, value: string) => Reply;
  send: (body: object) => void;
}

@Injectable()
class CountingInterceptor implements NestInterceptor {
  seen = 0;

  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(tap(() => (this.seen += 1)));
  }
}

/** A host’s own guard: over everything but Latchkey’s routes, unless asked. */
class TeapotGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (isLatchkeyRoute(context) && !headers['x-everywhere']) return true;
    if (headers['x-teapot']) throw new HttpException('I am a teapot.', HttpStatus.I_AM_A_TEAPOT);
    return headers['x-banned'] === undefined;
  }
}

function documentOf(app: NestFastifyApplication): OpenAPIObject {
  return SwaggerModule.createDocument(app, new DocumentBuilder().setTitle('Shop').build());
}

interface Shop extends Host {
  counting: CountingInterceptor;
  document: OpenAPIObject;
}

async function startShop(kind: StoreKind, latchkey: HostSetup['latchkey']): Promise<Shop> {
  const counting = new CountingInterceptor();
  let document: OpenAPIObject | undefined;
  const host = await startHost(kind, {
    latchkey,
    controllers: [OrdersController],
    configure: (app) => {
      app.useGlobalPipes(new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, transform: true }));
      app.useGlobalFilters(new ProblemFilter());
      app.useGlobalInterceptors(counting);
      app.useGlobalGuards(new TeapotGuard());
      document = documentOf(app);
    },
  });
  if (!document) throw new Error('The application was not configured.');
  return { ...host, counting, document };
}

type Asked = [method: string, path: string, body?: unknown, headers?: Record<string, string>];

const REQUESTS: Asked[] = [
  ['GET', '/orders/7'],
  ['GET', '/orders/seven'],
  ['GET', '/orders?page=1'],
  ['GET', '/orders?page=1&more=1'],
  ['POST', '/orders', { item: 'Tea', count: 2 }],
  ['POST', '/orders', { item: 'Tea', count: 0 }],
  ['POST', '/orders', { item: 'Tea', count: 2, price: 3 }],
  ['POST', '/orders', 'no object'],
  ['GET', '/orders/fails'],
  ['DELETE', '/orders/forbidden'],
  ['GET', '/orders/7', undefined, { 'x-teapot': 'yes' }],
  ['GET', '/orders/7', undefined, { 'x-banned': 'yes' }],
  ['GET', '/orders/7', undefined, { authorization: 'Bearer nonsense', 'x-request-id': 'mine-and-only-mine' }],
  ['GET', '/nowhere'],
  ['PATCH', '/orders/7', {}],
  ['HEAD', '/orders/7'],
  ['OPTIONS', '/orders/7'],
];

function shown({ status, text, headers }: Answer) {
  const sent = [...headers].filter(([name]) => name !== 'date');
  return { status, text, headers: Object.fromEntries(sent) };
}

describe('a host with and without the module', () => {
  forEachStore((kind) => {
    let without: Shop;
    let within: Shop;

    beforeAll(async () => {
      without = await startShop(kind, null);
      within = await startShop(kind, { permissions });
    });

    afterAll(async () => {
      await without.stop();
      await within.stop();
    });

    it.each(REQUESTS)('answers %s %s alike', async (...asked) => {
      expect(shown(await within.send(...asked))).toEqual(shown(await without.send(...asked)));
    });

    it('lets its interceptor see the same', async () => {
      const [before, beforeWithout] = [within.counting.seen, without.counting.seen];
      await within.get('/orders/7');
      await without.get('/orders/7');
      expect([within.counting.seen - before, without.counting.seen - beforeWithout]).toEqual([1, 1]);
    });

    it('has the same OpenAPI document, but for Latchkey’s paths', () => {
      const { paths, components, ...rest } = within.document;
      const { paths: own, components: ownComponents, ...ownRest } = without.document;
      const others = Object.entries(paths).filter(([path]) => !path.startsWith('/latchkey/'));
      expect(Object.fromEntries(others)).toEqual(own);
      expect(rest).toEqual(ownRest);
      const { schemas: ownSchemas = {} } = ownComponents ?? {};
      expect(components?.schemas).toMatchObject(ownSchemas);
      const added = Object.keys(components?.schemas ?? {}).filter((name) => !(name in ownSchemas));
      expect(added.filter((name) => !name.startsWith('Latchkey'))).toEqual([]);
      expect(Object.keys(paths).length).toBeGreaterThan(others.length + 10);
    });

    describe('at Latchkey’s routes', () => {
      const operator = async () => ({ authorization: OPERATOR_KEY, 'x-workspace-id': await within.createWorkspace() });
      const form = (statusCode: number, code: string) => ({
        status: statusCode,
        body: { statusCode, success: false, code, message: expect.any(String), requestId: expect.any(String) },
      });

      it('answers whole requests under the strict pipe', async () => {
        const headers = await operator();
        const key = {
          keyName: 'Whole',
          permissions: ['orders:view', 'apikeys:view'],
          description: 'All of it',
          expiresInSeconds: 600,
          allowedIps: ['127.0.0.0/8'],
          rateLimit: { limit: 5, windowSeconds: 60 },
          metadata: { plan: { name: 'gold', limits: [1, 2] } },
        };
        const created = await within.send('POST', '/latchkey/apikey', key, headers);
        expect(created.status).toBe(201);
        expect(created.body).toMatchObject({
          rateLimit: key.rateLimit,
          metadata: key.metadata,
          allowedIps: ['127.0.0.0/8'],
        });
        const path = `/latchkey/apikey/${created.body.id}`;
        const patched = await within.send('PATCH', path, { enabled: false, metadata: { plan: 'none' } }, headers);
        expect(patched).toMatchObject({ status: 200, body: { enabled: false, metadata: { plan: 'none' } } });
        const listed = await within.get('/latchkey/apikey?page=1&limit=10&status=disabled', headers);
        expect(listed).toMatchObject({ status: 200, body: { total: 1 } });
        expect((await within.get('/latchkey/audit?limit=1&outcome=success', headers)).body.data).toHaveLength(1);
        expect((await within.send('DELETE', `${path}?reason=done`, undefined, headers)).status).toBe(200);
      });

      it('passes by a guard that asks whose route it is', async () => {
        const { header } = await within.createKey(['apikeys:view']);
        expect((await within.get('/latchkey/me', { ...header, 'x-banned': 'yes' })).status).toBe(200);
      });

      it('refuses in Latchkey’s form what a guard of the host’s refuses there, with its status and message', async () => {
        const { header } = await within.createKey(['apikeys:view']);
        const everywhere = { ...header, 'x-everywhere': 'yes' };
        const teapot = await within.get('/latchkey/me', { ...everywhere, 'x-teapot': 'yes' });
        expect(teapot).toMatchObject({ ...form(418, 'host.refused') });
        expect(teapot.body.message).toBe('I am a teapot.');
        const banned = await within.get('/latchkey/me', { ...everywhere, 'x-banned': 'yes' });
        expect(banned).toMatchObject(form(403, 'host.refused'));
      });

      it('refuses in Latchkey’s form, also what the host’s pipe finds first', async () => {
        const headers = await operator();
        expect(await within.get('/latchkey/me')).toMatchObject(form(401, 'auth.unauthenticated'));
        expect(await within.get('/latchkey/apikey/none', headers)).toMatchObject(form(404, 'apikey.not_found'));
        const { header, secret } = await within.createKey(['apikeys:create']);
        const body = { keyName: 'More', permissions: ['apikeys:create'], colour: 'red' };
        const unknown = await within.send('POST', '/latchkey/apikey', body, header);
        expect(unknown).toMatchObject(form(400, 'request.invalid'));
        expect(unknown.body.message).toContain('colour');
        expect(unknown.body.details).toHaveLength(1);
        const leaked = await within.send('POST', '/latchkey/apikey', { ...body, [secret]: 'x' }, header);
        expect(leaked).toMatchObject(form(400, 'request.invalid'));
        expect(leaked.text).not.toContain(secret);
        const viewed = await within.get('/latchkey/apikey?limit=many', headers);
        expect(viewed).toMatchObject(form(400, 'request.invalid'));
      });
    });
  });
});
