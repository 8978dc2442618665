import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { generateKey } from '../../src/kernel/keys/key-format.js';
import { ensureBuilt } from './build.js';
import { Client } from './client.js';
import { createStore, type Store, type StoreKind } from './stores.js';

/** How a process ended, and all that it wrote. */
export interface Ending {
  code: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** A process of the built program, in an empty folder of its own and without this process's environment. */
export class Child {
  stdout = '';
  stderr = '';
  readonly ended: Promise<Ending>;
  private over = false;
  private changed: () => void = () => undefined;

  private constructor(
    readonly process: ChildProcess,
    readonly folder: string,
  ) {
    process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.changed();
    });
    process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.changed();
    });
    this.ended = this.end();
  }

  /** @param script below `server/dist/` */
  static async run(script: string, args: string[], variables: Record<string, string>, folder?: string): Promise<Child> {
    ensureBuilt();
    const cwd = folder ?? (await mkdtemp(join(tmpdir(), 'latchkey-child-')));
    const { PATH = '' } = process.env;
    // Made at each start, the document would take a quarter of it. Who stops it need not wait for balancers.
    const env = { PATH, LATCHKEY_DOCS: 'off', LATCHKEY_DRAIN_MS: '0', ...variables };
    const child = spawn(process.execPath, [resolve('server/dist', script), ...args], { cwd, env });
    return new Child(child, cwd);
  }

  /** Resolves once the pattern is in what the process wrote on stdout. @throws {Error} if it ends before that. */
  async wrote(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match) return match;
      if (this.over) throw new Error(`It ended without writing ${pattern.source}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => (this.changed = resolve));
    }
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Ends it if it still runs, and removes its folder. */
  async dispose(): Promise<void> {
    this.signal('SIGKILL');
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }

  private async end(): Promise<Ending> {
    const [code, signal] = (await once(this.process, 'close')) as [number | null, NodeJS.Signals | null];
    this.over = true;
    this.changed();
    return { code, signal, stdout: this.stdout, stderr: this.stderr };
  }
}

/** The service as users run it: the built program in a process of its own, on a free port. */
export interface ChildService {
  child: Child;
  url: string;
  store: Store;
  operatorKey: string;
  anonymous: Client;
  operator: Client;
  /** Ends it if it still runs, and drops its database. */
  dispose: () => Promise<void>;
}

/** @param store the database; without one, an empty one of its own */
export async function startChildService(
  kind: StoreKind,
  variables: Record<string, string> = {},
  store?: Store,
): Promise<ChildService> {
  const database = store ?? (await createStore(kind));
  const operatorKey = variables['LATCHKEY_OPERATOR_KEY'] ?? generateKey('op');
  const child = await Child.run('main.js', [], {
    PORT: '0',
    DATABASE_URL: database.url,
    LATCHKEY_OPERATOR_KEY: operatorKey,
    ...variables,
  });
  const dispose = async (): Promise<void> => {
    await child.dispose();
    if (!store) await database.drop();
  };
  try {
    const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
    const anonymous = await Client.of(url);
    return { child, url, store: database, operatorKey, anonymous, operator: anonymous.as(operatorKey), dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
