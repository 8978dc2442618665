import { findProgram, isExecutable } from './debian-package.js';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

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
  return findProgram(NAMES, 'chromium', HOW_TO);
}
