import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/postgres-server.mjs';
import type { Project } from './project.js';
import { cleanEnvironment } from './run.js';

const START_MS = 60_000;
const STOP_MS = 20_000;

/** The program of a host, running. */
export class RunningHost {
  output = '';

  private constructor(
    private readonly process: ChildProcess,
    readonly url: string,
  ) {
    for (const stream of [process.stdout, process.stderr]) stream?.on('data', (text) => (this.output += String(text)));
  }

  /** Resolves when it answers. */
  static async start(
    project: Project,
    parameters: string[],
    environment: Record<string, string> = {},
  ): Promise<RunningHost> {
    const port = await freePort();
    const child = spawn(process.execPath, parameters, {
      cwd: project.folder,
      env: { ...cleanEnvironment(), NO_COLOR: '1', ...environment, PORT: String(port) },
    });
    const host = new RunningHost(child, `http://127.0.0.1:${port}`);
    try {
      await eventually('the host answers', () => host.answers(), START_MS);
      return host;
    } catch (error) {
      await host.stop();
      throw new Error(`The host does not start:\n${host.output}`, { cause: error });
    }
  }

  get(path: string, key?: string): Promise<Response> {
    return fetch(this.url + path, { headers: key ? { Authorization: `Bearer ${key}` } : {} });
  }

  /** Asks it to end. @throws {Error} if it does not by itself. */
  async stop(): Promise<void> {
    if (this.hasEnded()) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    const [, signal] = await ended;
    clearTimeout(timer);
    if (signal === 'SIGKILL') throw new Error(`The host does not end:\n${this.output}`);
  }

  private hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  private async answers(): Promise<true | undefined> {
    if (this.hasEnded()) throw new Error('The host has ended.');
    return this.get('/').then(
      () => true,
      () => undefined,
    );
  }
}
