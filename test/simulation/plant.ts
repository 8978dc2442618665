import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { tsImport } from 'tsx/esm/api';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { PLANTED_FAULTS, type PlantedFault } from './planted-faults.js';
import type { FileSimulation } from './file-simulation.js';
import type { Simulation } from './simulation.js';

type AnySimulation = typeof Simulation | typeof FileSimulation;

/** Where it is, and what it is called there. */
const SIMULATIONS = { instances: ['simulation', 'Simulation'], file: ['file-simulation', 'FileSimulation'] } as const;

// Breaks one line of a copy of the product after the other, and tells whether the simulation notices.
// npm run test:simulation:planted -- <first seed, or "known"> <worlds at most> <deletions a world> <part of a name>
const [first = '1', worlds = '200', deletions = '500', only = ''] = process.argv.slice(2);
// Simulated failures are many, and no one reads where they come from.
Error.stackTraceLimit = 0;
const secrets = Array.from({ length: Number(deletions) }, () => generateKey('lk'));
let unnoticed = 0;
for (const fault of PLANTED_FAULTS.filter(({ name }) => name.includes(only)))
  if (!(await isNoticed(fault))) unnoticed += 1;
process.exitCode = unnoticed > 0 ? 1 : 0;

async function isNoticed(fault: PlantedFault): Promise<boolean> {
  const root = resolve(import.meta.dirname, '../..');
  const copy = mkdtempSync(join(tmpdir(), 'latchkey-planted-'));
  try {
    for (const each of ['src', 'package.json', 'tsconfig.json']) {
      cpSync(join(root, each), join(copy, each), { recursive: true });
    }
    mkdirSync(join(copy, 'test'));
    cpSync(join(root, 'test/simulation'), join(copy, 'test/simulation'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    plant(fault, join(copy, 'src'));
    const [file, name] = SIMULATIONS[fault.on];
    const { href } = pathToFileURL(join(copy, `test/simulation/${file}.ts`));
    const tsconfig = join(copy, 'tsconfig.json');
    const simulating = (await tsImport(href, { parentURL: href, tsconfig })) as Record<string, AnySimulation>;
    return await violates(fault, simulating[name] as AnySimulation);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function plant({ file, line, broken }: PlantedFault, source: string): void {
  const path = join(source, file);
  const parts = readFileSync(path, 'utf8').split(line);
  // Of two such lines, only one would be broken.
  if (parts.length !== 2) throw new Error(`${file} has not one such line, but ${parts.length - 1}: ${line}`);
  writeFileSync(path, parts.join(broken));
}

/** Runs one world after the other, until the first violation. */
async function violates({ name, seed }: PlantedFault, AnySimulation: AnySimulation): Promise<boolean> {
  const from = first === 'known' ? seed : Number(first);
  let acknowledged = 0;
  for (let at = from; at < from + Number(worlds); at += 1) {
    const result = await new AnySimulation(at, Number(deletions), [...secrets]).run();
    acknowledged += result.deletions;
    const [violation] = result.violations;
    if (violation === undefined) continue;
    process.stdout.write(`noticed: ${name}, in world ${at - from + 1}, deletion ${acknowledged}\n  ${violation}\n`);
    return true;
  }
  process.stdout.write(`NOT NOTICED: ${name}, in ${worlds} worlds, ${acknowledged} deletions\n`);
  return false;
}
