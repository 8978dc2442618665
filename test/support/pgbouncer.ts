import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findProgram } from './debian-package.js';
import { freePort } from './postgres-server.mjs';

const HOW_TO = 'The tests of poolers need PgBouncer: install it (Debian: apt-get install pgbouncer).';

export type PoolMode = 'session' | 'transaction';

/** A real PgBouncer in front of a PostgreSQL server. */
export class PgBouncer {
  private process: ChildProcess | undefined;

  private constructor(
    private readonly program: string,
    private readonly folder: string,
    private readonly port: number,
    private readonly server: URL,
  ) {}

  /**
   * @param databaseUrl of the server
   * @param settings of its section `[pgbouncer]`, over those of the tests
   */
  static async before(
    databaseUrl: string,
    mode: PoolMode,
    settings: Record<string, string | number> = {},
  ): Promise<PgBouncer> {
    const program = await findProgram(['pgbouncer'], 'pgbouncer', HOW_TO);
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-pgbouncer-'));
    const pooler = new PgBouncer(program, folder, await freePort(), new URL(databaseUrl));
    await pooler.configure({ pool_mode: mode, ...settings });
    await pooler.start();
    return pooler;
  }

  /** The same database, by way of the pooler. */
  get url(): string {
    return this.urlOf(this.server.pathname.slice(1));
  }

  /** Starts it, again after {@link kill}. */
  async start(): Promise<void> {
    // It refuses to run as root.
    const user = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
    const child = spawn(this.program, [...user, join(this.folder, 'pgbouncer.ini')]);
    this.process = child;
    let log = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        log += text;
        if (log.includes('process up')) resolve();
      });
      child.on('error', reject);
      child.on('exit', () => reject(new Error(`PgBouncer ended:\n${log}`)));
    });
  }

  /** Ends it at once, with the connections of everybody. */
  async kill(): Promise<void> {
    const child = this.process;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** Runs a command of its console, such as `PAUSE`. */
  async command(text: string): Promise<Record<string, unknown>[]> {
    const client = new pg.Client(this.urlOf('pgbouncer'));
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(text)).rows;
    } finally {
      await client.end();
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async configure(settings: Record<string, string | number>): Promise<void> {
    const { hostname, port, username, password } = this.server;
    const all = {
      listen_addr: '127.0.0.1',
      listen_port: this.port,
      unix_socket_dir: '',
      // Of anybody on this machine, for the time of a test.
      auth_type: 'any',
      admin_users: username,
      max_client_conn: 300,
      default_pool_size: 20,
      ...settings,
    };
    const lines = [
      '[databases]',
      `* = host=${hostname} port=${port} user=${username} password=${password}`,
      '[pgbouncer]',
      ...Object.entries(all).map(([name, value]) => `${name} = ${value}`),
    ];
    await chmod(this.folder, 0o755);
    await writeFile(join(this.folder, 'pgbouncer.ini'), `${lines.join('\n')}\n`, { mode: 0o644 });
  }

  private urlOf(database: string): string {
    const { username, password } = this.server;
    return `postgres://${username}:${password}@127.0.0.1:${this.port}/${database}`;
  }
}
