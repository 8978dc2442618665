import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Simulation } from './simulation.js';
import { silenceLogs } from './silence-logs.js';

// npx tsx test/simulation/run.ts <first seed> <worlds> <deletions a world>
const [first = '1', worlds = '10', deletions = '1000'] = process.argv.slice(2);
silenceLogs();
const pool = Array.from({ length: Number(deletions) }, () => generateKey('lk'));
const beginning = performance.now();
let [acknowledged, hits, verifications] = [0, 0, 0];
const violations: string[] = [];
for (let seed = Number(first); seed < Number(first) + Number(worlds); seed += 1) {
  const result = await new Simulation(seed, Number(deletions), [...pool]).run();
  acknowledged += result.deletions;
  hits += result.hits;
  verifications += result.verifications;
  violations.push(...result.violations);
}
const seconds = (performance.now() - beginning) / 1000;
process.stdout.write(
  `${JSON.stringify({ acknowledged, verifications, hits, violations: violations.length, seconds })}\n`,
);
for (const violation of violations.slice(0, 20)) process.stdout.write(`${violation}\n`);
process.exitCode = violations.length > 0 ? 1 : 0;
