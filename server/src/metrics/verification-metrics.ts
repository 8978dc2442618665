import type { Registry } from 'prom-client';
import type { VerificationStatistics } from 'latchkey';
import { addCounter, addGauge } from './readings.js';

/** What the verification of keys tells. */
export function addVerificationMetrics(registry: Registry, statistics: () => VerificationStatistics): void {
  addCounter(
    registry,
    {
      name: 'latchkey_verifications_total',
      help: 'Verifications of API keys, by their outcome.',
      labelNames: ['outcome'],
    },
    () => Object.entries(statistics().outcomes).map(([outcome, value]) => ({ labels: { outcome }, value })),
  );
  addCounter(
    registry,
    { name: 'latchkey_key_cache_hits_total', help: 'Verifications that were answered from memory.' },
    () => [{ labels: {}, value: statistics().hits }],
  );
  addCounter(
    registry,
    { name: 'latchkey_key_cache_misses_total', help: 'Verifications that read the database.' },
    () => [{ labels: {}, value: statistics().misses }],
  );
  addGauge(
    registry,
    { name: 'latchkey_key_lookups', help: 'Look-ups of keys in the database that run or wait now.' },
    () => statistics().pending,
  );
  addCounter(
    registry,
    { name: 'latchkey_key_lookups_refused_total', help: 'Look-ups of keys that were refused: too many at a time.' },
    () => [{ labels: {}, value: statistics().refused }],
  );
  addGauge(registry, { name: 'latchkey_key_cache_keys', help: 'Keys in memory now.' }, () => statistics().cached);
  addGauge(
    registry,
    { name: 'latchkey_key_cache_capacity_keys', help: 'Keys for which there is room in memory.' },
    () => statistics().capacity,
  );
}
