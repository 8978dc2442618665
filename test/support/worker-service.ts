import { generateKey } from '../../src/kernel/keys/key-format.js';
import { Child } from './child-service.js';
import { Client } from './client.js';
import { eventually } from './eventually.js';
import { createStore, type Store } from './stores.js';

/** The service with several workers, as users run it. */
export class WorkerService {
  private constructor(
    readonly child: Child,
    readonly store: Store,
    readonly url: string,
    readonly operatorKey: string,
    readonly anonymous: Client,
  ) {}

  static async start(workers: number, variables: Record<string, string> = {}): Promise<WorkerService> {
    const store = await createStore('postgres');
    const operatorKey = generateKey('op');
    const child = await Child.run('cli/main.js', ['serve', '--workers', String(workers)], {
      PORT: '0',
      DATABASE_URL: store.url,
      LATCHKEY_OPERATOR_KEY: operatorKey,
      LOG_FORMAT: 'json',
      ...variables,
    });
    try {
      const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
      return new WorkerService(child, store, url, operatorKey, await Client.of(url));
    } catch (error) {
      await child.dispose();
      await store.drop();
      throw error;
    }
  }

  /** Sends requests, each on a connection of its own, until so many workers have answered one. Their process ids. */
  async workers(count: number, others: number[] = []): Promise<number[]> {
    const from = this.child.stdout.length;
    return eventually(`${count} workers answer`, async () => {
      // Not a probe: those are logged only when they fail.
      await fetch(`${this.url}/`, { headers: { connection: 'close' }, redirect: 'manual' });
      const lines = this.child.stdout.slice(from).split('\n').slice(0, -1);
      const pids = lines.flatMap((line) => (line.includes('"request"') ? [Number(JSON.parse(line).pid)] : []));
      const seen = [...new Set(pids)].filter((pid) => !others.includes(pid));
      return seen.length >= count ? seen : undefined;
    });
  }

  async dispose(): Promise<void> {
    await this.child.dispose();
    await this.store.drop();
  }
}

/** Whether a process with this id runs. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
