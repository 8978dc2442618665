import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../src/app.module.js';
import { startPostgres } from '../src/embedded-postgres.js';
import { createFirstKey } from '../src/first-key.js';
import { setUp } from '../src/set-up.js';

export interface Shop {
  app: INestApplication;
  url: string;
  /** A key for everything. */
  key: string;
  stop: () => Promise<void>;
}

/** The shop as it is after its first start, on a database of its own. */
export async function startShop(): Promise<Shop> {
  const postgres = await startPostgres();
  const module = AppModule.forRoot(postgres.url);
  const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter(), { logger: ['fatal'] });
  setUp(app);
  await app.listen(0, '127.0.0.1');
  const key = await createFirstKey(app);
  if (!key) throw new Error('There is a key already.');
  const stop = async (): Promise<void> => {
    await app.close();
    await postgres.stop();
  };
  return { app, url: await app.getUrl(), key, stop };
}
