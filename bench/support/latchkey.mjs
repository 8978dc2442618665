import { NestFactory } from '@nestjs/core';
import { AppModule } from '../../server/dist/app.module.js';
import { Principal } from '../../dist/esm/identity/principal.js';
import { readEnvironment } from '../../server/dist/config/environment.js';
import { PinoLogger } from '../../server/dist/config/pino-logger.js';

/** The service without HTTP: its module and everything in it, as in every instance. */
export async function openLatchkey(url, options = {}) {
  const environment = readEnvironment({ DATABASE_URL: url, LOG_LEVEL: 'warn', LOG_FORMAT: 'json' });
  const context = await NestFactory.createApplicationContext(AppModule.forRoot(environment, options), {
    logger: new PinoLogger(environment, STDERR),
    abortOnError: false,
  });
  return {
    get: (type) => context.get(type, { strict: false }),
    actorIn: (workspaceId) => Principal.system('benchmark', workspaceId),
    close: () => context.close(),
  };
}

const STDERR = 2;
