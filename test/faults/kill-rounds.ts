import { generateKey } from '../../src/kernel/keys/key-format.js';
import { connect } from '../database/opened-store.js';
import { Child } from '../support/child-service.js';
import { createStore, type Store, type StoreKind } from '../support/stores.js';
import { faultsOf, Ledger } from './ledger.js';
import { Load } from './load.js';
import { Random } from './random.js';
import { readStoredKeys, type RunQuery } from './stored-keys.js';

const CALLERS = 8;
const LATEST_KILL_MS = 600;
const SAMPLE = 3;

/** What came of so many rounds of load and `kill -9`. */
export interface KillReport {
  rounds: number;
  created: number;
  deleted: number;
  /** Changes that were carried out, and whose answers the kill cut off. */
  unanswered: number;
  /** Everything that is not as it must be; empty if all is well. */
  faults: string[];
}

export interface KillOptions {
  rounds: number;
  seed: number;
  afterRound?: (report: KillReport) => void;
}

/**
 * Starts the built program on a database, kills it at a random moment under load, looks at what is stored, and starts it
 * again on the same database, so many times.
 */
export async function runKillRounds(kind: StoreKind, { rounds, seed, afterRound }: KillOptions): Promise<KillReport> {
  const store = await createStore(kind);
  const game = new KillGame(store, new Random(seed));
  try {
    while (game.report.rounds < rounds) {
      await game.play();
      afterRound?.(game.report);
    }
    await game.finish();
    return game.report;
  } finally {
    await store.drop();
  }
}

class KillGame {
  readonly report: KillReport = { rounds: 0, created: 0, deleted: 0, unanswered: 0, faults: [] };
  private readonly operatorKey = generateKey('op');
  private readonly everything = new Ledger();
  private previous: { load: Load; workspaceId: string } | undefined;

  constructor(
    private readonly store: Store,
    private readonly random: Random,
  ) {}

  async play(): Promise<void> {
    const { child, url } = await this.start();
    try {
      await this.checkOverHttp(url);
      const workspaceId = await this.createWorkspace(url);
      const load = new Load(url, this.headers(workspaceId), this.random);
      const running = load.run(CALLERS);
      await Promise.race([load.underWay, running, child.ended]);
      await this.killAtSomeMoment(child, running);
      await running;
      await this.checkStored(load, workspaceId);
      this.previous = { load, workspaceId };
    } finally {
      await child.dispose();
    }
  }

  /** Looks at everything once more, over HTTP and in the whole database. */
  async finish(): Promise<void> {
    const { child, url } = await this.start();
    try {
      await this.checkOverHttp(url);
    } finally {
      await child.dispose();
    }
    await this.withDatabase(async (query) => {
      const { lost, half } = faultsOf(await readStoredKeys(query), this.everything);
      this.blame('at the end', [...lost, ...half]);
      if (this.store.kind === 'postgres') return;
      const [integrity] = await query('PRAGMA integrity_check');
      if (integrity?.['integrity_check'] !== 'ok') this.blame('at the end', [JSON.stringify(integrity)]);
    });
  }

  private async start(): Promise<{ child: Child; url: string }> {
    const child = await Child.run('main.js', [], {
      PORT: '0',
      DATABASE_URL: this.store.url,
      LATCHKEY_OPERATOR_KEY: this.operatorKey,
    });
    try {
      const [, url = ''] = await child.wrote(/Listening on (http:\/\/[^/"\s]+)/);
      return { child, url };
    } catch (error) {
      await child.dispose();
      throw error;
    }
  }

  private async killAtSomeMoment(child: Child, running: Promise<void>): Promise<void> {
    const moment = new Promise((resolve) => setTimeout(resolve, this.random.below(LATEST_KILL_MS)));
    await Promise.race([moment, running.catch(() => undefined)]);
    child.signal('SIGKILL');
    const { signal, code, stderr } = await child.ended;
    if (signal !== 'SIGKILL') throw new Error(`The service ended by itself, with ${code}:\n${stderr}`);
  }

  private async createWorkspace(url: string): Promise<string> {
    const response = await fetch(`${url}/api/v1/workspace`, {
      method: 'POST',
      headers: { ...this.headers(), 'content-type': 'application/json' },
      body: JSON.stringify({ name: `Round ${this.report.rounds}` }),
    });
    const text = await response.text();
    if (response.status !== 201) throw new Error(`A workspace was answered ${response.status}: ${text}`);
    return (JSON.parse(text) as { id: string }).id;
  }

  private async checkStored({ ledger }: Load, workspaceId: string): Promise<void> {
    await this.withDatabase(async (query) => {
      const stored = await readStoredKeys(query, workspaceId);
      const { lost, half } = faultsOf(stored, ledger);
      this.report.rounds += 1;
      this.report.created += ledger.created.size;
      this.report.deleted += ledger.deleted.size;
      this.report.unanswered +=
        stored.created.length - ledger.created.size + stored.deleted.length - ledger.deleted.size;
      this.blame(`round ${this.report.rounds}`, [...lost, ...half]);
    });
    for (const set of ['created', 'deleting', 'deleted'] as const) {
      for (const id of ledger[set]) this.everything[set].add(id);
    }
  }

  /** What the service says, after the restart, of some of the keys of the round before. */
  private async checkOverHttp(url: string): Promise<void> {
    if (!this.previous) return;
    const { load, workspaceId } = this.previous;
    const { ledger, secrets } = load;
    const statusOf = async (id: string) => {
      const headers = { authorization: `Bearer ${secrets.get(id)}` };
      return (await fetch(`${url}/api/v1/apikey?limit=1`, { headers })).status;
    };
    for (const id of this.random.sample(ledger.untouched, SAMPLE)) {
      if ((await statusOf(id)) !== 200) this.blame('over HTTP', [`the key ${id} is not accepted`]);
    }
    for (const id of this.random.sample([...ledger.deleted], SAMPLE)) {
      if ((await statusOf(id)) !== 401) this.blame('over HTTP', [`the deleted key ${id} is accepted`]);
      const trail = await fetch(`${url}/api/v1/audit?targetId=${id}&action=apikey.deleted&outcome=success`, {
        headers: this.headers(workspaceId),
      });
      const { data } = (await trail.json()) as { data: unknown[] };
      if (data.length !== 1) this.blame('over HTTP', [`the deletion of ${id} has ${data.length} records`]);
    }
  }

  private async withDatabase(look: (query: RunQuery) => Promise<void>): Promise<void> {
    const dataSource = await connect(this.store.url);
    try {
      if (this.store.kind === 'postgres') {
        // The server finishes what it was sent, and notices only then that nobody is there any more.
        const others = `SELECT pg_sleep(0.01) FROM pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`;
        while ((await dataSource.query<unknown[]>(others)).length > 0);
      }
      await look((sql) => dataSource.query(sql));
    } finally {
      await dataSource.destroy();
    }
  }

  private headers(workspaceId?: string): Record<string, string> {
    return {
      authorization: `Bearer ${this.operatorKey}`,
      ...(workspaceId !== undefined && { 'x-workspace-id': workspaceId }),
    };
  }

  private blame(when: string, what: string[]): void {
    this.report.faults.push(...what.map((fault) => `${when}: ${fault}`));
  }
}
