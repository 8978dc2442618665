import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const INSTALL_TIMEOUT_MS = 10 * 60_000;

const HOW_TO =
  'The browser test needs Chromium: install it (Debian: apt-get install chromium), or set CHROMIUM_PATH to the ' +
  'executable of a Chromium or Chrome.';

/** What Chromium is started with: no sandbox, for tests may run as root; and nothing that calls home. */
export const CHROMIUM_FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The path of a Chromium: `CHROMIUM_PATH`, or the one on the PATH. On a Debian-like machine, as root, it is installed
 * if there is none.
 *
 * @throws {Error} that says how to get one.
 */
export async function findChromium(): Promise<string> {
  const named = process.env['CHROMIUM_PATH'];
  if (named) {
    if (await isExecutable(named)) return named;
    throw new Error(`CHROMIUM_PATH is ${named}, which cannot be executed. ${HOW_TO}`);
  }
  const found = (await onPath()) ?? (await install());
  if (found) return found;
  throw new Error(HOW_TO);
}

async function onPath(): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  for (const file of NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    if (await isExecutable(file)) return file;
  }
  return undefined;
}

async function install(): Promise<string | undefined> {
  if (process.getuid?.() !== 0 || !(await isExecutable('/usr/bin/apt-get'))) return undefined;
  process.stdout.write('No Chromium on the PATH: installing the Debian package chromium with apt-get …\n');
  const options = { timeout: INSTALL_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  try {
    await run('apt-get', ['update', '--quiet'], options);
    await run('apt-get', ['install', '--quiet', '--yes', '--no-install-recommends', 'chromium'], options);
  } catch (error) {
    throw new Error(`apt-get could not install Chromium. ${HOW_TO}`, { cause: error });
  }
  return onPath();
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
