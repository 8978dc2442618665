import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cluster } from '../faults/linearizability/cluster.js';
import { runOn, type ScenarioOptions } from '../faults/linearizability/scenario.js';
import { pause, swallowing } from '../faults/linearizability/strikes.js';

const LONGEST_MS = 300_000;

describe('three instances on one database, while keys are deleted and restricted', () => {
  let cluster: Cluster;

  beforeAll(async () => (cluster = await Cluster.start()), LONGEST_MS);
  afterAll(() => cluster.dispose());

  it.each<[string, Pick<ScenarioOptions, 'strike' | 'deletions'>]>([
    ['nothing goes wrong', { deletions: 100 }],
    ['an instance is paused', { deletions: 50, strike: pause(3000) }],
    ['an instance is cut off from the database', { deletions: 50, strike: swallowing(3000) }],
  ])(
    'no restricted key is accepted, and no living one refused: %s',
    async (_, options) => {
      const seed = Date.now() % 2 ** 31;

      const report = await runOn(cluster, { ...options, seed, mostStrikes: 1 });

      expect({ seed, violations: report.violations }).toEqual({ seed, violations: [] });
      expect(report.deletions).toBeGreaterThanOrEqual(options.deletions);
      expect(report.verifications).toBeGreaterThan(options.deletions * 3);
    },
    LONGEST_MS,
  );
});
