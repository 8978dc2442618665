import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { OpenAPIV3_1 } from 'openapi-types';
import { AppModule } from '../../server/src/app.module.js';
import { placeRoutes } from '../../server/src/app.routes.js';
import { readEnvironment } from '../../server/src/config/environment.js';
import { openApiDocument } from '../../server/src/openapi/document.js';
import { VERSION } from '../../server/src/version.js';

let known: Promise<OpenAPIV3_1.Document> | undefined;

/**
 * The service's OpenAPI document, which depends on the code alone. Made once for all tests of the same code: every service
 * that would make its own takes a second longer to start.
 */
export function serviceDocument(): Promise<OpenAPIV3_1.Document> {
  return (known ??= readOrMake());
}

async function readOrMake(): Promise<OpenAPIV3_1.Document> {
  const file = join(tmpdir(), `latchkey-openapi-${await stampOf(['src', 'server/src'])}.json`);
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) return JSON.parse(text) as OpenAPIV3_1.Document;
  const made = JSON.stringify(await make());
  // Whole or not at all, for whoever reads it at the same time.
  const draft = join(await mkdtemp(join(tmpdir(), 'latchkey-openapi-')), 'document.json');
  await writeFile(draft, made);
  await rename(draft, file);
  return JSON.parse(made) as OpenAPIV3_1.Document;
}

async function make(): Promise<unknown> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(readEnvironment({})),
    new FastifyAdapter(),
    { preview: true, logger: false, abortOnError: false },
  );
  placeRoutes(app);
  return openApiDocument(app, VERSION);
}

async function stampOf(folders: string[]): Promise<string> {
  const paths = await Promise.all(
    folders.map(async (folder) => (await readdir(folder, { recursive: true })).map((name) => resolve(folder, name))),
  );
  const files = paths.flat().filter((path) => path.endsWith('.ts'));
  const stamps = await Promise.all(
    files.sort().map(async (path) => `${path} ${(await stat(path)).mtimeMs.toString()}`),
  );
  return createHash('sha256').update(stamps.join('\n')).digest('hex').slice(0, 16);
}
