import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { startPostgres } from '../support/postgres-server.mjs';
import { Compiler } from './compiler.js';
import { type Plan } from './environment.mjs';
import { mutantsOf, withSwitches, type Mutant } from './mutants.js';
import { ReachOfTests, type Candidate } from './reach.js';
import { SURVIVORS } from './survivors.js';

// Breaks one line of a copy of the product after the other, and tells whether the tests nearby notice.
const CORE = [
  'verification',
  'revocation',
  'events',
  'database',
  'identity',
  'authentication',
  'authorization',
  'rate-limits',
  'refused-attempts',
  'audit',
].map((folder) => `src/${folder}`);
const COPIED = [
  'src',
  'server',
  'client',
  'test',
  'package.json',
  'jest.config.js',
  'tsconfig.json',
  'ormconfig.ts',
  'docs',
  'README.md',
];
const JEST = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const ENVIRONMENT = './test/mutants/environment.mjs';
/** A process that tells nothing for so long, and five times as long as its tests take, hangs by the break it has begun with. */
const SILENT_MS = 20_000;
/** How long it may take to learn, or until a process has begun. */
const LONGEST_MS = 3_600_000;
/** How many breaks a process runs one after the other. */
const TOGETHER = 40;

interface Task extends Mutant {
  file: string;
  /** Its place among the breaks of its file. */
  index: number;
  /** Which tests are to notice it, those to run next first. */
  candidates: Candidate[];
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    /** How many processes run tests. */
    workers: { type: 'string', default: '1' },
    /** Folders of the tests to choose from, all unless given. */
    tests: { type: 'string', multiple: true, default: ['test'] },
    /** How many seconds of tests are enough for a break. */
    enough: { type: 'string', default: '45' },
    /** What Jest says, too. */
    loud: { type: 'boolean', default: false },
  },
});
const root = resolve(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'latchkey-mutants-'));
const server = await startPostgres();
const sources = new Map<string, string>();
const running = new Set<ChildProcess>();
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    running.forEach(end);
  });
}
try {
  for (const each of COPIED) cpSync(join(root, each), join(copy, each), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  process.exitCode = (await tryAll()) ? 0 : 1;
} finally {
  await server.stop();
  rmSync(copy, { recursive: true, force: true });
}

/** @returns whether each was noticed, or is known */
async function tryAll(): Promise<boolean> {
  for (const file of CORE.flatMap(filesOf)) writeFileSync(join(copy, file), withSwitches(textOf(file), file));
  const reach = new ReachOfTests(root, join(root, 'coverage/mutants'), sources, learn);
  await reach.learn(values.tests);
  const all = (positionals.length > 0 ? positionals : CORE).flatMap(tasksOf);
  const tasks = sampleOf(all, Number(values.sample), Number(values.seed));
  for (const task of tasks) task.candidates = reach.candidatesFor(task.file, task.index, 1000 * Number(values.enough));
  say(`${tasks.length} of ${all.length} breaks, seed ${values.seed}`);
  const compiler = new Compiler(root);
  const beginning = performance.now();
  const counts: Record<string, number> = {};
  const tell = (verdict: string, { file, line, change }: Task): void => {
    counts[verdict] = (counts[verdict] ?? 0) + 1;
    say(`${verdict.padEnd(11)} ${file}:${line} ${change}: ${lineOf(file, line)}`);
  };
  let left = tasks;
  for (let round = 0; left.length > 0; round += 1) {
    const noticed = new Set<Task>();
    await runNext(left, (task) => {
      noticed.add(task);
      tell('noticed', task);
    });
    if (isInterrupted) break;
    left = left.filter((task) => !noticed.has(task));
    if (round === 0) {
      // Few are left to ask about, now that the quickest tests have been run.
      const refused = left.filter(({ file, text }) => !compiler.takes(file, text, textOf(file)));
      refused.forEach((task) => tell('no program', task));
      left = left.filter((task) => !refused.includes(task));
    }
    left.forEach((task) => task.candidates.shift());
    left
      .filter(({ candidates }) => candidates.length === 0)
      .forEach((task) => tell(reasonOf(task) ? 'known' : 'NOT NOTICED', task));
    left = left.filter(({ candidates }) => candidates.length > 0);
  }
  const seconds = (performance.now() - beginning) / 1000 / tasks.length;
  say(`${JSON.stringify(counts)}, ${seconds.toFixed(1)} s each`);
  return !isInterrupted && !counts['NOT NOTICED'];
}

/** @param path a folder, or a file */
function filesOf(path: string): string[] {
  const files = statSync(join(root, path)).isDirectory()
    ? readdirSync(join(root, path), { recursive: true, encoding: 'utf8' }).map((each) => join(path, each))
    : [path];
  return files.filter((file) => file.endsWith('.ts') && !file.includes('/migrations/')).sort();
}

/** @param path a folder, a file, or a line of a file: `src/identity/access.ts:12` */
function tasksOf(path: string): Task[] {
  const [name = '', line] = path.split(':');
  return filesOf(name)
    .flatMap((file) =>
      mutantsOf(textOf(file)).map((mutant, index) => ({
        ...mutant,
        file,
        index,
        candidates: [],
      })),
    )
    .filter((task) => line === undefined || task.line === Number(line));
}

/** Runs the next tests of each. */
async function runNext(tasks: readonly Task[], onNoticed: (task: Task) => void): Promise<void> {
  const batches = batchesOf(tasks);
  const work = async (): Promise<void> => {
    for (let batch = batches.shift(); batch && !isInterrupted; batch = batches.shift()) {
      const { verdicts, isTrusted } = await runBatch(batch);
      if (isTrusted) verdicts.forEach((isNoticed, task) => isNoticed && onNoticed(task));
      // One of them has left something behind: each in a process of its own.
      else batches.unshift(...batch.map((task) => [task]));
      // It ended early, by what it ran last.
      const rest = isTrusted ? batch.filter((task) => !verdicts.has(task)) : [];
      if (rest.length > 0) batches.unshift(rest);
    }
  };
  await Promise.all(Array.from({ length: Number(values.workers) }, work));
}

/** Those that are to be run by the same tests, in the same process. */
function batchesOf(tasks: readonly Task[]): Task[][] {
  const batches: Task[][] = [];
  const open = new Map<string, Task[]>();
  for (const task of tasks) {
    const [candidate] = task.candidates;
    if (!candidate) continue;
    const batch = candidate.isOfLoad ? undefined : open.get(candidate.file);
    if (batch && batch.length < TOGETHER) {
      batch.push(task);
      continue;
    }
    const begun = [task];
    batches.push(begun);
    if (!candidate.isOfLoad) open.set(candidate.file, begun);
  }
  return batches;
}

async function runBatch(batch: readonly Task[]): Promise<{ verdicts: Map<Task, boolean>; isTrusted: boolean }> {
  const candidates = batch.flatMap((task) => task.candidates.slice(0, 1));
  const [{ file, isOfLoad, timeouts } = { file: '', isOfLoad: false, timeouts: [] }] = candidates;
  const breaks = batch.map((task, at) => ({ name: task.file, index: task.index, tests: candidates[at]?.tests ?? [] }));
  // Without any break, in the end: is it still green?
  const control = { name: '', index: 0, tests: [...new Set(breaks.flatMap(({ tests }) => tests))] };
  const plan: Plan = {
    breaks: batch.length === 1 ? breaks : [...breaks, control],
    isBrokenFromStart: isOfLoad,
    timeouts,
  };
  const verdicts = new Map<Task, boolean>();
  let begun: Task | undefined;
  let isTrusted = true;
  const silentMs = SILENT_MS + 5 * Math.max(...candidates.map(({ ms }) => ms));
  await jest([file], ['--runInBand'], { BREAKS: JSON.stringify(plan) }, silentMs, (line) => {
    const [, at, what] = /^break (\d+) (\w+)$/.exec(line) ?? [];
    const task = batch[Number(at)];
    if (task && what === 'begun') begun = task;
    else if (task) verdicts.set(task, what === 'noticed');
    else if (what === 'noticed') isTrusted = false;
  });
  if (!begun && !isInterrupted) throw new Error(`${file} does not run.`);
  if (begun && !verdicts.has(begun)) verdicts.set(begun, true);
  return { verdicts, isTrusted };
}

async function learn(files: readonly string[], folder: string): Promise<void> {
  say(`Learning which lines ${files.length} files of tests reach`);
  await jest(files, [`--maxWorkers=${values.workers}`], { LEARNT: folder }, LONGEST_MS, say);
}

async function jest(
  files: readonly string[],
  options: readonly string[],
  variables: Record<string, string>,
  silentMs: number,
  onLine: (line: string) => void,
): Promise<void> {
  const always = [`--testEnvironment=${ENVIRONMENT}`, '--silent', '--forceExit'];
  const child = spawn(process.execPath, [...JEST, ...always, ...options, '--runTestsByPath', ...files], {
    cwd: copy,
    env: { ...process.env, ...variables, TEST_DATABASE_URL: server.url },
    stdio: ['ignore', 'pipe', values.loud ? 'inherit' : 'ignore'],
    detached: true,
  });
  running.add(child);
  const hasEnded = once(child, 'exit');
  let timer = setTimeout(end, LONGEST_MS, child);
  const lines = createInterface(child.stdout);
  lines.on('line', (line) => {
    clearTimeout(timer);
    timer = setTimeout(end, silentMs, child);
    onLine(line);
  });
  const areRead = once(lines, 'close');
  await hasEnded;
  // What it has left behind, such as a server of its own that a test did not come to stop.
  end(child);
  await areRead;
  running.delete(child);
  clearTimeout(timer);
}

/** With its workers, and the servers of its tests. */
function end({ pid }: ChildProcess): void {
  if (!pid) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // All of them have ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function reasonOf(task: Task): string | undefined {
  return SURVIVORS.find(
    ({ file, line, change }) => file === task.file && line === lineOf(file, task.line) && change === task.change,
  )?.reason;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function lineOf(file: string, line: number): string {
  return textOf(file).split('\n')[line - 1]?.trim() ?? '';
}

/** As it was at first: somebody may go on working on it. */
function textOf(file: string): string {
  const text = sources.get(file) ?? readFileSync(join(root, file), 'utf8');
  sources.set(file, text);
  return text;
}

/** The same for the same seed: xorshift32, shuffled by Fisher and Yates. */
function sampleOf<T>(all: readonly T[], count: number, seed: number): T[] {
  const shuffled = [...all];
  let state = seed | 0 || 1;
  for (let last = shuffled.length - 1; last > 0; last -= 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = (state >>> 0) % (last + 1);
    [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
  }
  return shuffled.slice(0, count);
}
