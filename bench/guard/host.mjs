// A host application with Latchkey inside, and the same route three times: open, behind guards that do nothing, and
// behind Latchkey's.
import { Controller, Get, Module, Param, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TypeOrmModule } from '@nestjs/typeorm';
import { RequirePermissions } from '../../dist/esm/authorization/access.decorators.js';
import { AuthModule } from '../../dist/esm/auth/auth.module.js';
import { AuthenticationGuard } from '../../dist/esm/authentication/authentication.guard.js';
import { PermissionGuard } from '../../dist/esm/authorization/permission.guard.js';
import { dataSourceOptions } from '../../server/dist/config/data-source-options.js';
import { LatchkeyModule } from '../../dist/esm/latchkey.module.js';
import { decorated, decorateMethod } from '../support/decorated.mjs';

const ADAPTERS = {
  fastify: async () => new (await import('@nestjs/platform-fastify')).FastifyAdapter(),
  express: async () => new (await import('@nestjs/platform-express')).ExpressAdapter(),
};

class EmptyGuard {
  async canActivate() {
    return true;
  }
}

class OtherEmptyGuard extends EmptyGuard {}

function ordersAt(path, onMethod, ...onClass) {
  class OrdersController {
    find(id) {
      return { id, total: 1200, currency: 'EUR' };
    }
  }
  decorateMethod([Get(':id'), ...onMethod], OrdersController, 'find', [Param('id')]);
  return decorated([Controller(path), ...onClass], OrdersController);
}

class HostModule {}
decorated(
  [
    Module({
      imports: [
        TypeOrmModule.forRoot(dataSourceOptions(process.env.DATABASE_URL)),
        LatchkeyModule.forRoot({ operatorKey: process.env.OPERATOR_KEY }),
        AuthModule,
      ],
      controllers: [
        ordersAt('open', []),
        ordersAt('empty', [], UseGuards(EmptyGuard, OtherEmptyGuard)),
        ordersAt('guarded', [RequirePermissions('orders:read')], UseGuards(AuthenticationGuard, PermissionGuard)),
      ],
    }),
  ],
  HostModule,
);

const app = await NestFactory.create(HostModule, await ADAPTERS[process.env.ADAPTER](), { logger: ['error', 'warn'] });
await app.listen(Number(process.env.PORT), '127.0.0.1');
