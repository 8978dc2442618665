import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from '../../app.module.js';
import { placeRoutes } from '../../app.routes.js';
import { readEnvironment } from '../../config/environment.js';
import { openApiDocument } from '../../openapi/document.js';
import { VERSION } from '../../version.js';
import { print } from '../output.js';
import type { Terminal } from '../terminal.js';

/** Prints the document that the service answers on `/docs-json`. Nothing is opened for it: it depends on the code alone. */
export async function printOpenApi(terminal: Terminal): Promise<void> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(readEnvironment({})),
    new FastifyAdapter(),
    { preview: true, logger: false, abortOnError: false },
  );
  placeRoutes(app);
  print(terminal, openApiDocument(app, VERSION));
}
