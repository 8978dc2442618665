import { Clock } from '../../src/kernel/clock.js';
import { numberFrom } from '../faults/environment.js';
import { Random } from '../faults/random.js';
import type { RunningService } from '../support/service.js';

/** How many times each class is timed; fewer see less. */
export const samples = (fallback: number): number => numberFrom('TIMING_SAMPLES', fallback);

export const randomOrder = (): Random => new Random(numberFrom('TIMING_SEED', 1));

/**
 * Stops the service's time of day. Of a minute's refusals the first ten are written to the trail before they are
 * answered, the others counted: now that minute does not end, and after the first ten all are answered alike.
 */
export function stopClock({ app }: RunningService): void {
  const clock = app.get(Clock, { strict: false });
  const time = clock.time();
  clock.time = () => time;
}
