// Measures a cold start: the time from starting `node` to the first answer, on an empty database, and the memory of the
// idle service after it. Run by `npm run bench:start [-- <runs>]`; DATABASE_URL may name another, empty database.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const runs = Number(process.argv[2] ?? 5);
const MAIN = resolve('server/dist/main.js');

const results = [];
for (let run = 0; run < runs; run += 1) results.push(await measure());
for (const { first, idle, memory } of results) {
  console.log(
    `first answer after ${first} ms; ${memory.VmRSS} MB resident after ${idle} s idle, ${memory.VmHWM} MB at most`,
  );
}
const middle = results.map(({ first }) => first).sort((a, b) => a - b)[Math.floor(runs / 2)];
console.log(`median of ${runs}: ${middle} ms`);

async function measure() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-bench-'));
  const port = await freePort();
  const env = { ...process.env, PORT: String(port), LOG_FORMAT: 'json', LATCHKEY_DRAIN_MS: '0' };
  const began = performance.now();
  const service = spawn(process.execPath, [MAIN], { cwd: folder, env, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await answer(`http://127.0.0.1:${port}/health/ready`);
    const first = Math.round(performance.now() - began);
    const idle = 2;
    await setTimeout(idle * 1000);
    return { first, idle, memory: await memoryOf(service.pid) };
  } finally {
    service.kill('SIGTERM');
    await once(service, 'exit');
    await rm(folder, { recursive: true, force: true });
  }
}

async function answer(url) {
  for (;;) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await setTimeout(5);
  }
}

/** Megabytes, as Linux counts them; elsewhere unknown. */
async function memoryOf(pid) {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const megabytes = (name) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1024);
  return { VmRSS: megabytes('VmRSS'), VmHWM: megabytes('VmHWM') };
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
