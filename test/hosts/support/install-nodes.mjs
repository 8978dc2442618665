import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TIMEOUT_MS = 300_000;

/**
 * Installs those versions of Node, with the headers to compile with, from the npm registry.
 *
 * @param {readonly number[]} versions
 * @returns {Promise<string>} a new folder, with a project for each version, named after it
 */
export async function installNodes(versions) {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-nodes-'));
  for (const version of versions) {
    const manifest = { private: true, allowScripts: { node: true } };
    const prefix = join(folder, String(version));
    await mkdir(prefix);
    await writeFile(join(prefix, 'package.json'), JSON.stringify(manifest));
    const parameters = ['install', '--no-audit', '--no-fund', '--prefix', prefix, `node@${version}`];
    await promisify(execFile)('npm', parameters, { timeout: TIMEOUT_MS });
  }
  return folder;
}
