import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module.js';
import { startPostgres } from './embedded-postgres.js';
import { createFirstKey } from './first-key.js';
import { setUp } from './set-up.js';

const logger = new Logger('Shop');
let databaseUrl = process.env['DATABASE_URL'];
if (!databaseUrl) {
  logger.warn('DATABASE_URL is not set: what is in the database goes when the shop stops.');
  ({ url: databaseUrl } = await startPostgres());
}

const module = AppModule.forRoot(databaseUrl);
const app = await NestFactory.create<NestFastifyApplication>(module, new FastifyAdapter());
setUp(app);
await app.init();
const key = await createFirstKey(app);
if (key) process.stdout.write(`First key: ${key}\n`);

await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
const url = await app.getUrl();
logger.log(`Listening on ${url}, documented on ${url}/docs`);
