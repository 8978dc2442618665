import { Logger } from '@nestjs/common';
import type { Server } from 'node:http';
import { constants } from 'node:os';
import { createService, type Service } from './app.setup.js';
import { OperatorKeys } from './auth/operator-keys.js';
import { Principal } from './auth/principal.js';
import { readEnvironment, type Environment } from './config/environment.js';
import { reasonOf } from './config/reason-of.js';
import { SystemStarted, SystemStopped } from './events/system-events.js';
import { UnitOfWork } from './events/unit-of-work.js';
import { VERSION } from './version.js';

const DRAIN_MS = 30_000;
const LINGER_MS = 1000;
const SYSTEM = Principal.system('latchkey');

/** Serves until SIGINT or SIGTERM: then answers what is in flight, turns away the rest with 503, and ends. */
export async function serve(variables: NodeJS.ProcessEnv): Promise<void> {
  const environment = readEnvironment(variables);
  const logger = new Logger('Latchkey');
  const service = await createService(environment);
  stopOnSignals(service, logger);
  await listen(service, environment);
  await recordStart(service, logger);
  const url = (await service.app.getUrl()).replace(/\/$/, '');
  logger.log(`Listening on ${url}/api/v1`);
  logger.log(`Swagger UI on ${url}/docs`);
}

async function listen({ app }: Service, { host, port }: Environment): Promise<void> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new Error(`HOST and PORT: cannot listen there: ${reasonOf(error)}`, { cause: error });
  }
}

async function recordStart({ app }: Service, logger: Logger): Promise<void> {
  const operatorKeys = app.get(OperatorKeys, { strict: false });
  const generated = await app.get(UnitOfWork, { strict: false }).run(SYSTEM, async (work) => {
    const key = await operatorKeys.generateIfNone(work);
    const changes = [{ field: 'version', before: null, after: VERSION }];
    if (key) changes.push({ field: 'operatorKey', before: null, after: 'generated' });
    work.record(new SystemStarted(changes));
    return key;
  });
  await operatorKeys.reload();
  if (!generated) return;
  logger.warn('There was no operator key, so one was generated. It is shown this once: keep it.');
  // Not a log line: it is shown to whoever started the service, and kept nowhere.
  process.stdout.write(`Operator key: ${generated}\n`);
}

/** The first signal stops the service; a second one, from somebody who will not wait, ends the process at once. */
function stopOnSignals(service: Service, logger: Logger): void {
  let stopping = false;
  const onSignal = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (stopping) endNow(signal);
    stopping = true;
    logger.log(`Stopping on ${signal}, once the requests in flight are answered`);
    stop(service, logger).catch((error: unknown) => {
      logger.error(error);
      process.exit(1);
    });
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function endNow(signal: 'SIGINT' | 'SIGTERM'): void {
  // An exit would wait for what SQLite is doing, up to its whole busy timeout.
  process.kill(process.pid, 'SIGKILL');
  // The first process of a container cannot kill itself.
  process.exit(128 + constants.signals[signal]);
}

async function stop({ app, drain }: Service, logger: Logger): Promise<void> {
  await drain.stop(DRAIN_MS);
  await app
    .get(UnitOfWork, { strict: false })
    .run(SYSTEM, (work) => work.record(new SystemStopped()))
    .catch((error: unknown) => logger.error(error));
  // A connection on which no request ever came counts as busy, and would hold the process for a minute.
  const server: Server = app.getHttpServer();
  setTimeout(() => server.closeAllConnections(), LINGER_MS).unref();
  await app.close();
  logger.log('Stopped');
}
