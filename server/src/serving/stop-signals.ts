import type { Logger } from '@nestjs/common';
import { constants } from 'node:os';

type StopSignal = 'SIGINT' | 'SIGTERM';

/** How long the end may take once nothing is in flight any more. */
export const CLOSE_MS = 5000;

/**
 * The first signal stops the service; a second one, from somebody who will not wait, ends the process at once.
 *
 * @param beforeKill what a second signal ends first
 */
export function stopOnSignals(
  logger: Logger,
  stop: () => Promise<void>,
  beforeKill: () => void = () => undefined,
): void {
  let stopping = false;
  const onSignal = (signal: StopSignal): void => {
    if (stopping) {
      beforeKill();
      endNow(signal);
    }
    stopping = true;
    logger.log(`Stopping on ${signal}, once the requests in flight are answered`);
    stop().catch((error: unknown) => {
      logger.error(error);
      process.exit(1);
    });
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

/** From now on the process ends within {@link CLOSE_MS}, whatever still hangs. */
export function endSoon(logger: Logger): void {
  const end = (): void => {
    logger.error(`Not everything could be closed within ${CLOSE_MS} ms: a database or a disk does not answer.`);
    endNow('SIGTERM');
  };
  setTimeout(end, CLOSE_MS).unref();
}

function endNow(signal: StopSignal): void {
  // An exit would wait for what SQLite is doing, up to its whole busy timeout.
  process.kill(process.pid, 'SIGKILL');
  // The first process of a container cannot kill itself.
  process.exit(128 + constants.signals[signal]);
}
