import { Logger } from '@nestjs/common';
import { createService, type Service } from './app.setup.js';
import { readEnvironment } from './config/environment.js';
import { DRAIN_MS } from './drain.js';
import { close, lead, listen, recordStart, recordStop } from './lifecycle.js';
import { stopOnSignals } from './stop-signals.js';

/** Serves until SIGINT or SIGTERM: then answers what is in flight, turns away the rest with 503, and ends. */
export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  const environment = readEnvironment(variables);
  const logger = new Logger('Latchkey');
  const service = await createService(environment);
  stopOnSignals(logger, () => stop(service, logger));
  const url = await listen(service, environment);
  await recordStart(service, logger);
  lead(service, environment);
  logger.log(`Listening on ${url}/api/v1`);
  if (environment.docs) logger.log(`Swagger UI on ${url}/docs`);
}

async function stop(service: Service, logger: Logger): Promise<void> {
  await service.drain.stop(DRAIN_MS);
  await recordStop(service, logger);
  await close(service);
  logger.log('Stopped');
}
