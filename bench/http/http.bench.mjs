import { deepStrictEqual } from 'node:assert/strict';
import { join } from 'node:path';
import { Keys, randomNumbers, storeKeys } from '../support/keys.mjs';
import { measureServers } from '../support/load.bench.mjs';
import { startServer } from '../support/server.mjs';
import { newFolder, newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';

const KEYS = 10_000;
// Each connection sends them in turn: few enough that all keys are in memory after the warm-up.
const REQUESTS = 200;
const SERVICE = '../../server/dist/main.js';

export const title = 'Verifying a key, over HTTP';

/** @returns the printed result */
export async function run(settings) {
  const folder = await newFolder();
  const env = { KEYS: join(folder, 'keys'), LOG_LEVEL: 'warn', LOG_FORMAT: 'json', DATABASE_URL: undefined };
  // The last key is the caller's.
  const all = Keys.make(KEYS + 1);
  const keys = Keys.make(KEYS);
  await keys.write(env.KEYS);
  env.CALLER_KEY = all.text(KEYS);
  const url = await newStore('sqlite', async (dataSource) => {
    env.WORKSPACE_ID = await storeKeys(dataSource, keys);
    await storeKeys(dataSource, all, KEYS + 1, { from: KEYS, permissions: ['apikeys:verify'] });
    await dataSource.query('UPDATE latchkey_api_keys SET workspace_id = ?', [env.WORKSPACE_ID]);
  });
  const service = { DATABASE_URL: url, LATCHKEY_OPERATOR_KEY: `${all.text(0)}-${all.text(1)}` };
  const start = (name, script, more) =>
    startServer(name, script, import.meta.url, { env: { ...env, ...more }, cwd: folder });
  const targets = [
    await start('node:http', './raw.mjs'),
    await start('Fastify 5', './fastify.mjs'),
    await start('Nest 12 + Fastify, empty', './nest.mjs'),
    await start('Latchkey', SERVICE, service),
  ];
  const requests = requestsOf(keys, env.CALLER_KEY);
  await assertSameAnswers(targets, requests);
  const measured = await measureServers(
    targets.map((target) => ({ ...target, requests })),
    settings,
  );
  for (const { contender } of targets) await contender.stop();
  return report(measured);
}

function requestsOf(keys, caller) {
  const random = randomNumbers(1);
  return Array.from({ length: REQUESTS }, () => ({
    method: 'POST',
    path: '/api/v1/verify',
    headers: { authorization: `Bearer ${caller}`, 'content-type': 'application/json' },
    body: JSON.stringify({ apiKey: keys.text(Math.floor(random() * KEYS)), permissions: ['orders:read'] }),
  }));
}

/** What is compared must do the same: the same answers, and the same headers. */
async function assertSameAnswers(targets, [request]) {
  const { method, path, headers, body } = request;
  const answers = [];
  for (const { url } of targets) {
    const response = await fetch(url + path, { method, headers, body });
    const { connection, date, ...names } = Object.fromEntries(response.headers);
    answers.push({ status: response.status, headers: Object.keys(names).sort(), body: await response.json() });
  }
  for (const answer of answers) deepStrictEqual(answer, answers[0]);
  if (!answers[0].body.valid) throw new Error('A stored key was refused.');
}

function report(measured) {
  const [raw, , empty] = measured;
  const rows = measured.map(({ target, cpu, rate }) => ({
    'POST /verify': target.name,
    'CPU µs a request': cpu,
    'of node:http': cpu / raw.cpu,
    'of the empty Nest': cpu / empty.cpu,
    'requests/s': rate,
  }));
  return table(rows);
}
