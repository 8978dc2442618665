import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.js';

const TIMEOUT_MS = 300_000;

/** Builds the package and packs it as it would be published. @returns the path of the tarball, in a new folder */
export async function pack(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-package-'));
  const output = await run('npm', ['pack', '--silent', '--pack-destination', folder], {
    folder: process.cwd(),
    timeoutMs: TIMEOUT_MS,
  });
  const [name] = /\S+\.tgz$/m.exec(output) ?? [];
  if (!name) throw new Error(`npm pack named no tarball:\n${output}`);
  return join(folder, name);
}
