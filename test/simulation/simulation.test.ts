import { describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { silenceLogs } from './silence-logs.js';
import { Simulation } from './simulation.js';

const DELETIONS = 300;

describe('Instances on simulated clocks, network and database, with faults', () => {
  silenceLogs();
  const secrets = Array.from({ length: DELETIONS }, () => generateKey('lk'));
  const run = (seed: number) => new Simulation(seed, DELETIONS, [...secrets]).run();

  it.each([1, 2, 3])('accept no key whose deletion was answered (seed %i)', async (seed) => {
    const { violations, deletions, hits } = await run(seed);

    expect(violations).toEqual([]);
    // Or else it would say nothing.
    expect(deletions).toBeGreaterThan(DELETIONS / 3);
    expect(hits).toBeGreaterThan(DELETIONS / 3);
  });

  it('do the same again for the same seed', async () => {
    expect(await run(4)).toEqual(await run(4));
  });
});
