import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TIMEOUT_MS = 300_000;

/**
 * Builds a package and packs it as it would be published.
 *
 * @param {string} [source] the folder of the package
 * @returns {Promise<string>} the path of the tarball, in a new folder
 */
export async function pack(source = '.') {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'));
  const parameters = ['pack', '--silent', '--pack-destination', folder];
  const { stdout, stderr } = await promisify(execFile)('npm', parameters, { cwd: source, timeout: TIMEOUT_MS });
  const [name] = /\S+\.tgz$/m.exec(stdout) ?? [];
  if (!name) throw new Error(`npm pack named no tarball:\n${stdout}${stderr}`);
  return join(folder, name);
}
