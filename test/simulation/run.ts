import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import type { SimulationResult } from './simulation.js';

// npm run test:simulation -- <first seed> <worlds> <deletions a world> <"instances" or "file">
const [first = 1, worlds = 10, deletions = 1000] = process.argv.slice(2, 5).map(Number);
const [kind = 'instances'] = process.argv.slice(5);

const beginning = performance.now();
let seed = first;
let [acknowledged, hits, verifications] = [0, 0, 0];
const violations: string[] = [];

await Promise.all(Array.from({ length: Math.min(worlds, availableParallelism()) }, runWorlds));
const seconds = Math.round((performance.now() - beginning) / 100) / 10;
const summary = { worlds: seed - first, acknowledged, verifications, hits, violations: violations.length, seconds };
process.stdout.write(`${JSON.stringify(summary)}\n`);
for (const violation of violations.slice(0, 20)) process.stdout.write(`${violation}\n`);
process.exitCode = violations.length > 0 ? 1 : 0;

/** Has another process run one world after the other, until all have been. */
function runWorlds(): Promise<void> {
  const child = fork(new URL('worlds.ts', import.meta.url), [kind, String(deletions)]);
  const next = (): void => {
    if (seed >= first + worlds) child.disconnect();
    else child.send((seed += 1) - 1);
  };
  return new Promise((resolve, reject) => {
    child.on('message', (result: SimulationResult) => {
      acknowledged += result.deletions;
      hits += result.hits;
      verifications += result.verifications;
      violations.push(...result.violations);
      next();
    });
    child.on('exit', (code) => (code === 0 ? resolve() : reject(new Error('A process that ran worlds has failed.'))));
    next();
  });
}
