import { Logger } from '@nestjs/common';
import { createService, servingOptions, type Service } from './app.setup.js';
import { readEnvironment, type Environment } from './config/environment.js';
import { lead, listen, recordStart, recordStop } from './serving/lifecycle.js';
import { endSoon, stopOnSignals } from './serving/stop-signals.js';

/**
 * Serves until SIGINT or SIGTERM: then stays up for the time to drain, answers what it has accepted, and ends.
 *
 * @param acceptRestored whether a database is served that is older than what was acknowledged
 */
export async function serve(variables: NodeJS.ProcessEnv, acceptRestored = false): Promise<void> {
  const environment = readEnvironment(variables);
  const logger = new Logger('Latchkey');
  const service = await createService(environment, servingOptions(environment, acceptRestored));
  try {
    await begin(service, environment, logger);
  } catch (error) {
    // What has begun would keep the process alive.
    await service.app.close().catch(() => undefined);
    throw error;
  }
}

async function begin(service: Service, environment: Environment, logger: Logger): Promise<void> {
  stopOnSignals(logger, () => stop(service, environment, logger));
  const url = await listen(service, environment);
  await recordStart(service, logger);
  lead(service, environment);
  logger.log(`Listening on ${url}/api/v1`);
  if (environment.docs) logger.log(`Swagger UI on ${url}/docs`);
}

async function stop(service: Service, { drainMs }: Environment, logger: Logger): Promise<void> {
  await service.drain.stop(drainMs);
  endSoon(logger);
  await recordStop(service, logger);
  await service.app.close();
  logger.log('Stopped');
}
