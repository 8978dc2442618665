import { generateKey } from '../../src/kernel/keys/key-format.js';
import { FileSimulation } from './file-simulation.js';
import { Simulation } from './simulation.js';

// Runs the world of each seed that it is sent. A process of test/simulation/run.ts.
// Simulated failures are many, and no one reads where they come from.
Error.stackTraceLimit = 0;
const [, , kind, count] = process.argv;
const deletions = Number(count);
const AnySimulation = kind === 'file' ? FileSimulation : Simulation;
const secrets = Array.from({ length: deletions }, () => generateKey('lk'));
let last = Promise.resolve();
process.on('message', (seed: number) => {
  last = last.then(async () => {
    const result = await new AnySimulation(seed, deletions, [...secrets]).run();
    process.send?.(result);
  });
});
