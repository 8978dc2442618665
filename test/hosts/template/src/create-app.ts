import { ValidationPipe, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { TypeOrmModuleOptions } from '@nestjs/typeorm';
import { AppModule, type Schema } from './app.module.js';

export async function createApp(database: TypeOrmModuleOptions, schema: Schema): Promise<INestApplication> {
  const adapter = process.env['HOST_ADAPTER'] === 'express' ? new ExpressAdapter() : new FastifyAdapter();
  const module = AppModule.forRoot(database, schema);
  const app = await NestFactory.create<INestApplication>(module, adapter, { logger: ['fatal'], abortOnError: false });
  app.setGlobalPrefix('api');
  app.useGlobalPipes(
    new ValidationPipe({ whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: true, transform: true }),
  );
  app.enableShutdownHooks();
  return app;
}
