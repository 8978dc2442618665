import type { Registry } from 'prom-client';
import { addCounter, addGauge } from '../metrics/readings.js';

/** What the canary has found, since this process started. */
export interface CanaryStatistics {
  runs: number;
  failures: number;
  /** Of the last run that did not fail; undefined: there was none yet. */
  secondsToRefusal: number | undefined;
}

/** What the canary tells. */
export function addCanaryMetrics(registry: Registry, statistics: () => CanaryStatistics): void {
  addGauge(
    registry,
    {
      name: 'latchkey_canary_seconds_to_refusal',
      help: 'Time from the call that deleted the last key of the canary until every instance was found to refuse it.',
      aggregator: 'max',
    },
    () => statistics().secondsToRefusal,
  );
  addCounter(
    registry,
    {
      name: 'latchkey_canary_runs_total',
      help: 'Keys of the canary that every instance was found to refuse, or one not.',
    },
    () => [{ labels: {}, value: statistics().runs }],
  );
  addCounter(
    registry,
    {
      name: 'latchkey_canary_failures_total',
      help: 'Keys of the canary that an instance accepted after their deletion.',
    },
    () => [{ labels: {}, value: statistics().failures }],
  );
}
