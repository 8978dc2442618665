import { Logger } from '@nestjs/common';
import { type Change, OperatorsService, Principal } from 'latchkey';
import { StoreUnavailableError } from 'latchkey/internal/database/errors';
import { SystemStarted, SystemStopped } from 'latchkey/internal/events/system-events';
import { UnitOfWork } from 'latchkey/internal/events/unit-of-work';
import { describeError } from 'latchkey/internal/kernel/describe-error';
import type { Service } from '../app.setup.js';
import { Canary } from '../canary/canary.service.js';
import type { Environment } from '../config/environment.js';
import { reasonOf } from '../config/reason-of.js';
import { MetricsServer } from '../metrics/metrics-server.js';
import { VERSION } from '../version.js';

const SYSTEM = Principal.system('latchkey');

/** @returns the URL it listens on, without a path. @throws {Error} saying in one line why it cannot listen there. */
export async function listen({ app }: Service, { host, port, metricsAddress }: Environment): Promise<string> {
  try {
    await app.listen({ host, port });
  } catch (error) {
    throw new Error(`HOST and PORT: cannot listen there: ${reasonOf(error)}`, { cause: error });
  }
  if (metricsAddress) await listenForMetrics(app.get(MetricsServer, { strict: false }), metricsAddress);
  return (await app.getUrl()).replace(/\/$/, '');
}

async function listenForMetrics(
  server: MetricsServer,
  address: NonNullable<Environment['metricsAddress']>,
): Promise<void> {
  try {
    const url = await server.listen(address);
    new Logger('Latchkey').log(`Metrics on ${url}`);
  } catch (error) {
    throw new Error(`METRICS_ADDRESS: cannot listen there: ${reasonOf(error)}`, { cause: error });
  }
}

/**
 * Puts the start on the trail, and makes an operator and shows its key if there is none. If the store cannot be
 * written, that is logged, and the service starts all the same: it serves what can be read.
 */
export async function recordStart({ app }: Service, logger: Logger, details: Change[] = []): Promise<void> {
  const operators = app.get(OperatorsService, { strict: false });
  const started = new SystemStarted([{ field: 'version', before: null, after: VERSION }, ...details]);
  const first = await app
    .get(UnitOfWork, { strict: false })
    .run(SYSTEM, async (work) => {
      work.record(started);
      return operators.createFirst(work);
    })
    .catch((error: unknown) => {
      if (!(error instanceof StoreUnavailableError)) throw error;
      const message =
        'The store cannot be written: keys are verified, all changes are refused. The start is not on the trail.';
      logger.error({ message, error: describeError(error.cause) });
    });
  if (!first) return;
  logger.warn('There was no operator, so one named first was made. Its key is shown this once: keep it.');
  // Not a log line: it is shown to whoever started the service, and kept nowhere.
  process.stdout.write(`Operator key: ${first.secret}\n`);
}

/** Begins what one process of a service does for all of it. */
export function lead({ app }: Service, { canary }: Environment): void {
  if (canary) app.get(Canary, { strict: false }).start();
}

/** Puts the end on the trail. That it cannot be is logged, and keeps nobody from stopping. */
export async function recordStop({ app }: Service, logger: Logger): Promise<void> {
  await app
    .get(UnitOfWork, { strict: false })
    .run(SYSTEM, (work) => work.record(new SystemStopped()))
    .catch((error: unknown) => logger.error(error));
}
