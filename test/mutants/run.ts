import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startPostgres } from '../support/postgres-server.mjs';
import { mutantsOf, type Mutant } from './mutants.js';
import { SURVIVORS } from './survivors.js';
import { testsOf } from './tests-of.js';

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
/** A break that hangs is noticed too: after so many times as long as without it, and half a minute. */
const LONGER = 5;
const LONGEST_GREEN_MS = 900_000;
const SPARE_MS = 30_000;

interface Task extends Mutant {
  file: string;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    tests: { type: 'string', multiple: true },
  },
});
const root = resolve(import.meta.dirname, '../..');
const copy = mkdtempSync(join(tmpdir(), 'latchkey-mutants-'));
const server = await startPostgres();
/** How long each list of tests may take. */
const timeouts = new Map<string, number>();
let running: ChildProcess | undefined;
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    endRunning();
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
  const all = (positionals.length > 0 ? positionals : CORE).flatMap(tasksOf);
  const tasks = sampleOf(all, Number(values.sample), Number(values.seed));
  say(`${tasks.length} of ${all.length} breaks, seed ${values.seed}`);
  await assertGreen(tasks);
  let [noticed, known, unnoticed] = [0, 0, 0];
  for (const task of tasks) {
    const isNoticed = await notices(task);
    if (isInterrupted) return false;
    const reason = isNoticed ? undefined : reasonOf(task);
    if (isNoticed) noticed += 1;
    else if (reason) known += 1;
    else unnoticed += 1;
    const verdict = isNoticed ? 'noticed    ' : reason ? 'known      ' : 'NOT NOTICED';
    say(`${verdict} ${task.file}:${task.line} ${task.change}: ${lineOf(task)}`);
  }
  say(`${noticed} noticed, ${known} known and right, ${unnoticed} not noticed`);
  return unnoticed === 0;
}

/** What is red anyway would notice everything. */
async function assertGreen(tasks: readonly Task[]): Promise<void> {
  const lists = new Set(tasks.map(({ file }) => JSON.stringify(values.tests ?? testsOf(file))));
  for (const list of lists) {
    const beginning = performance.now();
    if (!(await pass(JSON.parse(list) as string[]))) throw new Error(`Not green as they are: ${list}`);
    timeouts.set(list, SPARE_MS + LONGER * (performance.now() - beginning));
  }
}

/** @param path a folder, a file, or a line of a file: `src/identity/access.ts:12` */
function tasksOf(path: string): Task[] {
  const [name = '', line] = path.split(':');
  const files = statSync(join(root, name)).isDirectory()
    ? readdirSync(join(root, name), { recursive: true, encoding: 'utf8' }).map((each) => join(name, each))
    : [name];
  return files
    .filter((file) => file.endsWith('.ts') && !file.includes('/migrations/'))
    .sort()
    .flatMap((file) => mutantsOf(readFileSync(join(root, file), 'utf8')).map((mutant) => ({ ...mutant, file })))
    .filter((task) => line === undefined || task.line === Number(line));
}

async function notices({ file, text }: Task): Promise<boolean> {
  const path = join(copy, file);
  const whole = readFileSync(path, 'utf8');
  writeFileSync(path, text);
  try {
    return !(await pass(values.tests ?? testsOf(file)));
  } finally {
    writeFileSync(path, whole);
  }
}

async function pass(tests: readonly string[]): Promise<boolean> {
  const child = spawn(
    process.execPath,
    [...JEST, '--bail', '--silent', '--forceExit', '--testTimeout=30000', ...tests],
    {
      cwd: copy,
      env: { ...process.env, TEST_DATABASE_URL: server.url },
      stdio: 'ignore',
      detached: true,
    },
  );
  running = child;
  const timer = setTimeout(endRunning, timeouts.get(JSON.stringify(tests)) ?? LONGEST_GREEN_MS);
  const [code] = (await once(child, 'exit')) as [number | null];
  // What it has left behind, such as a server of its own that a test did not come to stop.
  endRunning();
  running = undefined;
  clearTimeout(timer);
  return code === 0;
}

/** With its workers, and the servers of its tests. */
function endRunning(): void {
  if (!running?.pid) return;
  try {
    process.kill(-running.pid, 'SIGKILL');
  } catch (error) {
    // All of them have ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function reasonOf(task: Task): string | undefined {
  return SURVIVORS.find(
    ({ file, line, change }) => file === task.file && line === lineOf(task) && change === task.change,
  )?.reason;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function lineOf({ file, line }: Task): string {
  return readFileSync(join(root, file), 'utf8').split('\n')[line - 1]?.trim() ?? '';
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
