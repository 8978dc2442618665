import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { PLANTED_FAULTS, type PlantedFault } from './planted-faults.js';

// Breaks one line of a copy of the product after the other, and tells whether the simulation notices.
const [worlds = '12', deletions = '1000'] = process.argv.slice(2);
const root = resolve(import.meta.dirname, '../..');
const unnoticed = PLANTED_FAULTS.filter((fault) => !isNoticed(fault));
process.exitCode = unnoticed.length > 0 ? 1 : 0;

function isNoticed({ name, file, line, broken }: PlantedFault): boolean {
  const copy = mkdtempSync(join(tmpdir(), 'latchkey-planted-'));
  try {
    cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
    mkdirSync(join(copy, 'test'));
    cpSync(join(root, 'test/simulation'), join(copy, 'test/simulation'), { recursive: true });
    for (const each of ['package.json', 'tsconfig.json']) cpSync(join(root, each), join(copy, each));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    const path = join(copy, 'src', file);
    const source = readFileSync(path, 'utf8');
    if (!source.includes(line)) throw new Error(`${file} has no line: ${line}`);
    writeFileSync(path, source.replace(line, broken));
    const tsx = join(root, 'node_modules/.bin/tsx');
    const { status, stdout } = spawnSync(tsx, ['test/simulation/run.ts', '1', worlds, deletions], { cwd: copy });
    const [summary = ''] = String(stdout).split('\n');
    process.stdout.write(`${status === 1 ? 'noticed' : 'NOT NOTICED'}: ${name} ${summary}\n`);
    return status === 1;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}
