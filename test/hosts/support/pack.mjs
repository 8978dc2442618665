import { execFile } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const TIMEOUT_MS = 300_000;

/**
 * Builds the package and packs it as it would be published.
 *
 * @returns {Promise<string>} the path of the tarball, in a new folder
 */
export async function pack() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'));
  const parameters = ['pack', '--silent', '--pack-destination', folder];
  const { stdout, stderr } = await promisify(execFile)('npm', parameters, { timeout: TIMEOUT_MS });
  const [name] = /\S+\.tgz$/m.exec(stdout) ?? [];
  if (!name) throw new Error(`npm pack named no tarball:\n${stdout}${stderr}`);
  return join(folder, name);
}
