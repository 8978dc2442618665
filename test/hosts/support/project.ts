import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

const INSTALL_TIMEOUT_MS = 900_000;
const RUN_TIMEOUT_MS = 300_000;

/** A Node project in a new folder, far from the dependencies of this one. */
export class Project {
  private constructor(readonly folder: string) {}

  static async create(): Promise<Project> {
    return new Project(await mkdtemp(join(tmpdir(), 'latchkey-host-')));
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
  async install(...flags: string[]): Promise<void> {
    await run('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error', ...flags], {
      folder: this.folder,
      timeoutMs: INSTALL_TIMEOUT_MS,
    });
  }

  /** Runs a program of Node's. */
  node(parameters: string[], environment: Record<string, string> = {}, node = process.execPath): Promise<string> {
    return run(node, parameters, { folder: this.folder, timeoutMs: RUN_TIMEOUT_MS, environment });
  }

  remove(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
