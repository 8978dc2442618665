// Compares Latchkey with what it is measured against, side by side. See README.md.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cleanUp } from './support/clean-up.mjs';

const PARTS = ['verify', 'usage', 'http', 'guard', 'guesses', 'delete', 'barrier'];
const REPORT = new URL('../docs/performance.md', import.meta.url);
const HERE = fileURLToPath(new URL('.', import.meta.url));

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    sizes: { type: 'string' },
    connections: { type: 'string', default: '48' },
    guesses: { type: 'string', default: '10000' },
    profile: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((part) => !PARTS.includes(part));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. There are: ${PARTS.join(', ')}.`);
  process.exit(2);
}
const { quick } = values;
const settings = {
  quick,
  rounds: Number(values.rounds ?? (quick ? 3 : 9)),
  sizes: (values.sizes ?? (quick ? '10,10000' : '10,10000,1000000')).split(',').map(Number),
  connections: Number(values.connections),
  guesses: Number(values.guesses),
};

if (values.profile) process.env.BENCH_PROFILE = resolve(values.profile);

if (!existsSync(new URL('node_modules', import.meta.url))) {
  console.error('Installing what is compared, in bench/ alone …');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: HERE, stdio: ['ignore', 'ignore', 'inherit'] });
}

try {
  console.log(`${machine()}; ${settings.rounds} rounds, medians.`);
  for (const part of positionals.length > 0 ? positionals : PARTS) {
    const { title, run } = await import(`./${part}/${part}.bench.mjs`);
    const beginning = performance.now();
    const result = await run(settings);
    console.log(`\n## ${title}\n\n${result}`);
    if (values.save) await save(part, result);
    console.error(`(${part}: ${Math.round((performance.now() - beginning) / 1000)} s)`);
  }
} catch (error) {
  console.error(error);
  process.exitCode = 1;
} finally {
  await cleanUp();
}

function machine() {
  const [{ model }] = cpus();
  return `${cpus().length} × ${model}, Node ${process.version}, ${process.platform}`;
}

/** Puts a result into the report, in place of the one before: between the marks of its part. */
async function save(part, result) {
  const text = await readFile(REPORT, 'utf8');
  const [begin, end] = [`<!-- ${part} -->`, `<!-- /${part} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to === -1) throw new Error(`docs/performance.md has no place for ${part}.`);
  const run = `${machine()}; ${settings.rounds} rounds.`;
  const saved = `${text.slice(0, from)}${begin}\n\n${run}\n\n${result}\n\n${text.slice(to)}`;
  const { format } = await import('prettier');
  await writeFile(REPORT, await format(saved, { parser: 'markdown', printWidth: 120 }));
}
