import { chmod, cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

const INSTALL_TIMEOUT_MS = 900_000;
const RUN_TIMEOUT_MS = 300_000;

export const WITHOUT_COMPILING = { npm_config_ignore_scripts: 'true' };

/** A Node project in a new folder, far from the dependencies of this one. */
export class Project {
  private constructor(readonly folder: string) {}

  static async create(): Promise<Project> {
    const folder = await mkdtemp(join(tmpdir(), 'latchkey-host-'));
    // As root, an embedded PostgreSQL runs as a user of its own, who must get to its program.
    await chmod(folder, 0o755);
    return new Project(folder);
  }

  /** @param values files by their paths: text, or what is to be JSON */
  async write(values: Record<string, string | object>): Promise<void> {
    for (const [path, value] of Object.entries(values)) {
      const text = typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`;
      await writeFile(join(this.folder, path), text);
    }
  }

  copy(from: string, to = '.'): Promise<void> {
    return cp(from, join(this.folder, to), { recursive: true });
  }

  /** Installs what package.json says. */
  async install(environment: Record<string, string> = {}): Promise<void> {
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], {
      folder: this.folder,
      timeoutMs: INSTALL_TIMEOUT_MS,
      environment,
    });
  }

  /** Installs what package.json says, and takes `sqlite3` as it has been compiled for this project: it takes minutes. */
  async installWithSqlite(): Promise<void> {
    await this.install(WITHOUT_COMPILING);
    await this.useCompiledSqlite();
  }

  async useCompiledSqlite(): Promise<void> {
    const folder = join('node_modules', 'sqlite3');
    await rm(join(this.folder, folder), { recursive: true });
    await this.copy(folder, folder);
  }

  /** Runs a program of Node's. */
  node(parameters: string[], environment: Record<string, string> = {}, node = process.execPath): Promise<string> {
    return run(node, parameters, { folder: this.folder, timeoutMs: RUN_TIMEOUT_MS, environment });
  }

  /** Runs what one would type. */
  shell(commands: string, environment: Record<string, string> = {}): Promise<string> {
    const parameters = ['--norc', '-euo', 'pipefail', '-c', commands];
    return run('bash', parameters, { folder: this.folder, timeoutMs: INSTALL_TIMEOUT_MS, environment });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
