import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { atTheEnd } from './clean-up.mjs';

const LONGEST_END_MS = 10_000;

/**
 * A process of its own that is measured, so that no contender's heap or compiled code is in the way of another's. It
 * answers questions with what it gave to `answer` (support/answer.mjs).
 */
export class Contender {
  #process;
  #asked = new Map();
  #numbers = 0;

  constructor(name, child) {
    this.name = name;
    this.#process = child;
    child.on('message', ({ number, result, error }) => {
      const { resolve, reject } = this.#asked.get(number) ?? {};
      this.#asked.delete(number);
      if (error) reject?.(new Error(`${name}: ${error}`));
      else resolve?.(result);
    });
    child.on('exit', (code, signal) => {
      for (const { reject } of this.#asked.values()) reject(new Error(`${name} ended with ${code ?? signal}.`));
    });
    atTheEnd(() => this.stop());
  }

  /**
   * Starts a script.
   *
   * @param script relative to the module of the caller, whose URL is `base`
   */
  static start(name, script, base, { env = {}, flags = [], cwd } = {}) {
    const path = fileURLToPath(new URL(script, base));
    const execArgv = [...flags, ...profiling(name)];
    const options = { env: { ...process.env, ...env }, execArgv, cwd, serialization: 'advanced' };
    return new Contender(name, fork(path, { ...options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] }));
  }

  ask(method, argument) {
    if (this.#process.exitCode !== null) return Promise.reject(new Error(`${this.name} has ended.`));
    this.#numbers += 1;
    const number = this.#numbers;
    return new Promise((resolve, reject) => {
      this.#asked.set(number, { resolve, reject });
      this.#process.send({ number, method, argument });
    });
  }

  async stop() {
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_END_MS);
    child.disconnect();
    await ended;
    clearTimeout(timer);
  }
}

/** With `--profile <folder>`, each contender leaves a CPU profile there. */
function profiling(name) {
  const folder = process.env.BENCH_PROFILE;
  if (!folder) return [];
  const file = `${name.replaceAll(/[^A-Za-z0-9]+/g, '-')}-${process.hrtime.bigint()}.cpuprofile`;
  return ['--cpu-prof', `--cpu-prof-dir=${folder}`, `--cpu-prof-name=${file}`];
}
