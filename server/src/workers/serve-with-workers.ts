import { Logger } from '@nestjs/common';
import { exitWith } from '../cli/exit.js';
import { EnvironmentError, readEnvironment, type Environment } from '../config/environment.js';
import { PinoLogger } from '../config/pino-logger.js';
import { stopOnSignals } from '../serving/stop-signals.js';
import { WorkerPool } from './worker-pool.js';

const NEEDS_POSTGRES =
  '--workers needs PostgreSQL, and DATABASE_URL names a SQLite database: that is served by one process.';

/**
 * Serves with several processes on one port until SIGINT or SIGTERM, as one process does. This one serves nothing: it
 * hands connections to the workers, replaces those that die, and ends when all have ended.
 */
export async function serveWithWorkers(
  variables: NodeJS.ProcessEnv,
  count: number,
  acceptRestored: boolean,
): Promise<void> {
  const environment = readEnvironment(variables);
  if (environment.databaseUrl.startsWith('sqlite:')) throw new EnvironmentError([NEEDS_POSTGRES]);
  Logger.overrideLogger(new PinoLogger(environment));
  const logger = new Logger('Latchkey');
  const pool = new WorkerPool(count, variables, environment.drainMs, logger, (reason) => exitWith(new Error(reason)));
  stopOnSignals(
    logger,
    () => stop(pool, logger),
    () => pool.kill(),
  );
  await start(pool, logger, count, environment, acceptRestored);
}

async function start(
  pool: WorkerPool,
  logger: Logger,
  count: number,
  { docs }: Environment,
  acceptRestored: boolean,
): Promise<void> {
  try {
    const url = await pool.start(acceptRestored);
    logger.log(`Listening on ${url}/api/v1 with ${count} ${count === 1 ? 'worker' : 'workers'}`);
    if (docs) logger.log(`Swagger UI on ${url}/docs`);
  } catch (error) {
    // Whoever stops it while it starts ends the workers, and asks for no reason.
    if (pool.isStopping) return;
    pool.kill();
    throw error;
  }
}

async function stop(pool: WorkerPool, logger: Logger): Promise<void> {
  const clean = await pool.stop();
  logger.log('Stopped');
  process.exit(clean ? 0 : 1);
}
