import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiNotFoundResponse, ApiOkResponse, ApiProperty, DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import type { OpenAPIV3 } from 'openapi-types';
import { AnyCaller, Public } from '../../src/index.js';
import { createStore, forEachStore, type Store } from '../support/stores.js';
import { createHost } from './host.js';
import { permissions, Protected, RequireAnyPermission, RequirePermissions } from './permissions.js';

class OrderDto {
  @ApiProperty()
  id!: string;
}

@Controller('orders')
@Protected()
class OrdersController {
  @Get()
  @RequirePermissions('orders:view')
  list(): string[] {
    return [];
  }

  @Get('documented')
  @ApiOkResponse({ type: OrderDto, description: 'The order.' })
  @RequirePermissions('orders:view')
  above(): OrderDto {
    return { id: '1' };
  }

  @Get('documented-below')
  @Protected('orders:view')
  @ApiOkResponse({ type: OrderDto, description: 'The order.' })
  below(): OrderDto {
    return { id: '1' };
  }

  @Post()
  @RequirePermissions('orders:view')
  @RequireAnyPermission(['orders:refund', 'reports:export'])
  @ApiNotFoundResponse({ description: 'There is no such article.' })
  create(@Body() order: OrderDto): OrderDto {
    return order;
  }

  @RequirePermissions('orders:refund')
  @HttpCode(202)
  @Post('refund')
  refund(): string {
    return 'refunded';
  }

  @Get('caller')
  @AnyCaller()
  caller(): string {
    return 'known';
  }

  @Get('prices')
  @Public()
  prices(): string[] {
    return [];
  }
}

@Controller('reports')
@Protected('reports:export')
class ReportsController {
  @Get()
  list(): string[] {
    return [];
  }

  @Get('prices')
  @Public()
  prices(): string[] {
    return [];
  }
}

describe('the OpenAPI document of a host', () => {
  forEachStore((kind) => {
    let store: Store;
    let document: OpenAPIV3.Document;

    beforeAll(async () => {
      store = await createStore(kind);
      // Twice: what is described once must not be described again by another application of the process.
      for (let application = 0; application < 2; application += 1) {
        const app = await createHost(store, {
          latchkey: { permissions },
          controllers: [OrdersController, ReportsController],
        });
        document = SwaggerModule.createDocument(app, new DocumentBuilder().build()) as OpenAPIV3.Document;
        await app.close();
      }
    });

    afterAll(() => store.drop());

    const operationOf = (method: 'get' | 'post', path: string) => document.paths[path]![method]!;
    const responseOf = (method: 'get' | 'post', path: string, status: number) =>
      operationOf(method, path).responses[status] as OpenAPIV3.ResponseObject;
    const statusesOf = (method: 'get' | 'post', path: string) =>
      Object.keys(operationOf(method, path).responses).map(Number);

    it.each([
      ['get', '/orders', [200, 401, 403, 429]],
      ['get', '/orders/documented', [200, 401, 403, 429]],
      ['get', '/orders/documented-below', [200, 401, 403, 429]],
      ['post', '/orders', [201, 401, 403, 404, 429]],
      ['post', '/orders/refund', [202, 401, 403, 429]],
      ['get', '/orders/caller', [200, 401, 429]],
      ['get', '/orders/prices', [200]],
      ['get', '/reports', [200, 401, 403, 429]],
      ['get', '/reports/prices', [200]],
    ] as const)('has the success of %s %s next to what the guards refuse', (method, path, statuses) => {
      expect(statusesOf(method, path)).toEqual(statuses);
    });

    it('keeps what the host says of the success', () => {
      for (const path of ['/orders/documented', '/orders/documented-below']) {
        expect(responseOf('get', path, 200)).toEqual({
          description: 'The order.',
          content: { 'application/json': { schema: { $ref: '#/components/schemas/OrderDto' } } },
        });
      }
    });

    it('names what a route needs, the headers of its refusals and the credentials it takes', () => {
      const { description, headers = {} } = responseOf('post', '/orders', 403);
      expect(description).toBe(
        'This needs the permission orders:view and (orders:refund or reports:export), which the caller does not have.',
      );
      expect(headers['WWW-Authenticate']).toMatchObject({
        required: true,
        example:
          'Bearer realm="latchkey", error="insufficient_scope", scope="orders:view orders:refund reports:export"',
      });
      expect(Object.keys(responseOf('get', '/reports', 429).headers ?? {})).toEqual([
        'Retry-After',
        'RateLimit',
        'RateLimit-Policy',
      ]);
      expect(operationOf('get', '/reports').security).toEqual([{ bearer: [] }, { apiKey: [] }]);
      expect(operationOf('get', '/reports/prices').security).toBeUndefined();
    });
  });
});
