import type { Registry } from 'prom-client';
import type { RevocationStatistics } from 'latchkey/internal/revocation/revocations';
import { addGauge, addHistogram } from './readings.js';

/** What the revocation of keys on all instances tells. */
export function addRevocationMetrics(registry: Registry, statistics: () => RevocationStatistics): void {
  addHistogram(
    registry,
    {
      name: 'latchkey_revocation_wait_seconds',
      help: 'Time that a restricting change waited, after its commit, until no instance could serve the old state.',
    },
    () => [{ labels: {}, histogram: statistics().waits }],
  );
  addGauge(
    registry,
    {
      name: 'latchkey_lease_valid',
      help: '1 while keys may be verified from memory; of several workers, while all of them may.',
      aggregator: 'min',
    },
    () => Number(statistics().leaseValid),
  );
  addGauge(
    registry,
    {
      name: 'latchkey_live_instances',
      help: 'Instances that serve the same database, as this one sees it.',
      aggregator: 'max',
    },
    () => statistics().liveInstances,
  );
}
