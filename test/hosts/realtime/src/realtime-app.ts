import { Module, type INestApplication, type WebSocketAdapter } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { createDatabase } from './database.js';
import { graphql } from './graphql.js';
import { OrdersGateway } from './orders.gateway.js';
import { OrdersResolver } from './orders.resolver.js';
import { ApiKeysService, Principal, WorkspacesService } from 'latchkey';

export interface RealtimeApp {
  url: string;
  viewer: string;
  close: () => Promise<void>;
}

/** The host with a resolver and a gateway, and a key that may see orders. */
export async function startRealtimeApp(sockets: (app: INestApplication) => WebSocketAdapter): Promise<RealtimeApp> {
  const database = await createDatabase();
  const name = process.env['HOST_ADAPTER'];
  const adapter = name === 'express' ? new ExpressAdapter() : new FastifyAdapter();

  @Module({
    imports: [AppModule.forRoot(database.options, 'migrations'), await graphql(name)],
    providers: [OrdersResolver, OrdersGateway],
  })
  class RealtimeModule {}

  const app = await NestFactory.create(RealtimeModule, adapter, { logger: ['fatal'], abortOnError: false });
  app.useWebSocketAdapter(sockets(app));
  await app.listen(0, '127.0.0.1');
  const { id } = await app.get(WorkspacesService).create(Principal.system('host'), { name: 'Host' });
  const created = await app
    .get(ApiKeysService)
    .create(Principal.system('host', id), { keyName: 'viewer', permissions: ['orders:view'] });
  return {
    url: await app.getUrl(),
    viewer: created.secret,
    close: async () => {
      await app.close();
      await database.drop();
    },
  };
}
