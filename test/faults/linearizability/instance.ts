import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Child } from '../../support/child-service.js';
import { eventually } from '../../support/eventually.js';
import { freePort } from '../../support/postgres-server.mjs';
import { Caller } from './caller.js';
import { TcpProxy } from './tcp-proxy.js';

const SHIFTED_CLOCK = pathToFileURL(resolve('test', 'faults', 'linearizability', 'shifted-clock.mjs')).href;
const START_MS = 60_000;

/** One process of the built service, with a proxy of its own between it and the database. */
export class Instance {
  readonly caller: Caller;
  private child: Child | undefined;
  /** Whether something is being done to it that whoever sends requests could know. */
  troubled = false;
  private paused = false;

  private constructor(
    readonly name: string,
    readonly proxy: TcpProxy,
    private readonly port: number,
    private readonly variables: Record<string, string>,
  ) {
    this.caller = new Caller(port);
  }

  /** Whether it answers from memory. */
  get remembers(): boolean {
    return this.variables['LATCHKEY_CACHE_SIZE'] !== '0';
  }

  /** @param databaseUrl of the database itself; the instance is given the proxy's address */
  static async start(name: string, databaseUrl: string, variables: Record<string, string>): Promise<Instance> {
    const url = new URL(databaseUrl);
    const proxy = await TcpProxy.to(url.hostname, Number(url.port));
    url.port = String(proxy.port);
    const port = await freePort();
    const instance = new Instance(name, proxy, port, {
      LOG_LEVEL: 'warn',
      LOG_FORMAT: 'json',
      NODE_OPTIONS: `--import=${SHIFTED_CLOCK}`,
      ...variables,
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: url.href,
    });
    try {
      await instance.start();
      return instance;
    } catch (error) {
      await instance.dispose();
      throw error;
    }
  }

  /** Runs it, and resolves once it is ready. */
  async start(): Promise<void> {
    this.child = await Child.run('main.js', [], this.variables);
    await this.isReady(START_MS);
  }

  /** Resolves once it is ready. @throws {Error} with all that it wrote, if it is not in time. */
  async isReady(withinMs: number): Promise<void> {
    const ready = async () => {
      const health = await fetch(`http://127.0.0.1:${this.port}/health/ready`).catch(() => undefined);
      return health?.status === 200 || undefined;
    };
    const died = this.child?.ended.then(({ code, signal, stdout, stderr }) => {
      throw new Error(`${this.name} ended with ${code ?? signal}:\n${stdout}${stderr}`);
    });
    await Promise.race([eventually(`${this.name} is ready`, ready, withinMs), died]);
  }

  async kill(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    await child?.dispose();
  }

  /** Stops it where it is, mid-instruction; requests to it wait. */
  pause(): void {
    this.paused = true;
    this.child?.signal('SIGSTOP');
  }

  resume(): void {
    if (this.paused) this.child?.signal('SIGCONT');
    this.paused = false;
  }

  /** Moves its wall clock so far from the true one. See `shifted-clock.mjs` for what that covers. */
  async shiftClock(milliseconds: number): Promise<void> {
    const { child } = this;
    if (!child) throw new Error(`${this.name} does not run.`);
    await writeFile(join(child.folder, 'clock-offset'), String(milliseconds));
    const before = child.stdout.length;
    child.signal('SIGUSR2');
    const moved = `Clock moved by ${milliseconds} ms`;
    await eventually(`the clock of ${this.name} moves`, () => child.stdout.includes(moved, before) || undefined);
  }

  /** Everything that it has written since its last start. */
  get output(): string {
    return this.child ? this.child.stdout + this.child.stderr : '';
  }

  async dispose(): Promise<void> {
    this.caller.close();
    await this.kill();
    await this.proxy.close();
  }
}
