import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { FileSimulation } from './file-simulation.js';
import { PLANTED_FAULTS } from './planted-faults.js';
import { Simulation } from './simulation.js';

const DELETIONS = 300;
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

describe.each([
  ['Instances on simulated clocks, network and database, with faults', Simulation],
  ['Processes on a simulated SQLite file, with faults', FileSimulation],
])('%s', (_, AnySimulation) => {
  const secrets = Array.from({ length: DELETIONS }, () => generateKey('lk'));
  const run = (seed: number) => new AnySimulation(seed, DELETIONS, [...secrets]).run();

  it('accept no key whose deletion was answered, and go on deleting', async () => {
    let [deletions, hits] = [0, 0];
    for (const seed of SEEDS) {
      const result = await run(seed);
      expect(result.violations).toEqual([]);
      deletions += result.deletions;
      hits += result.hits;
    }

    // Or else it would say nothing.
    expect(deletions).toBeGreaterThan(0.8 * SEEDS.length * DELETIONS);
    expect(hits).toBeGreaterThan(0.3 * SEEDS.length * DELETIONS);
  });

  it('do the same again for the same seed', async () => {
    expect(await run(9)).toEqual(await run(9));
  });
});

it('both simulations notice each fault that is planted', async () => {
  // In a process of its own: a worker of the gate would keep each copy of the product in mind.
  const { stdout } = await promisify(execFile)('node_modules/.bin/tsx', ['test/simulation/plant.ts', 'known']);

  expect(stdout.match(/^noticed: .*(?=, in world)/gm)).toEqual(PLANTED_FAULTS.map(({ name }) => `noticed: ${name}`));
});
