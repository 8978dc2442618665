import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const INSTALL_TIMEOUT_MS = 10 * 60_000;
/** Where Debian puts servers, which is not on everybody's PATH. */
const MORE_FOLDERS = ['/usr/sbin', '/usr/local/sbin'];

/**
 * The path of a program: the one on the PATH. On a Debian-like machine, as root, its package is installed if there is none.
 *
 * @param names of which one will do
 * @param howTo what to do where it cannot be installed
 * @throws {Error} that says how to get one.
 */
export async function findProgram(names: readonly string[], debianPackage: string, howTo: string): Promise<string> {
  const found = (await onPath(names)) ?? (await install(debianPackage, howTo).then(() => onPath(names)));
  if (found !== undefined) return found;
  throw new Error(howTo);
}

export async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

async function onPath(names: readonly string[]): Promise<string | undefined> {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...MORE_FOLDERS];
  for (const file of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function install(debianPackage: string, howTo: string): Promise<void> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) return;
  process.stdout.write(`Installing the Debian package ${debianPackage} with apt-get …\n`);
  const options = { timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  // Tests run side by side, and apt-get refuses to.
  const inTurn = (...args: string[]) =>
    run('flock', [join(tmpdir(), 'latchkey-apt-get.lock'), 'apt-get', ...args], options);
  try {
    await inTurn('update', '--quiet');
    await inTurn('install', '--quiet', '--yes', '--no-install-recommends', debianPackage);
  } catch (error) {
    throw new Error(`apt-get could not install ${debianPackage}. ${howTo}`, { cause: error });
  }
}
