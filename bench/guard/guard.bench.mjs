import { Keys, randomNumbers, storeKeys } from '../support/keys.mjs';
import { measureServers } from '../support/load.bench.mjs';
import { startServer } from '../support/server.mjs';
import { newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';

// Each connection uses them in turn: few enough that all are in memory after the warm-up.
const KEYS = 200;
const ROUTES = {
  open: 'no guard',
  empty: 'two guards that do nothing',
  guarded: 'AuthenticationGuard, PermissionGuard',
};

export const title = 'A guarded route of a host';

/** @returns the printed result */
export async function run(settings) {
  const keys = Keys.make(KEYS);
  const targets = [];
  for (const adapter of ['fastify', 'express']) {
    const url = await newStore('sqlite', (dataSource) => storeKeys(dataSource, keys));
    const env = { ADAPTER: adapter, DATABASE_URL: url, OPERATOR_KEY: keys.text(0).repeat(2) };
    const server = await startServer(`Nest 12 + ${adapter}`, './host.mjs', import.meta.url, { env });
    for (const route of Object.keys(ROUTES)) targets.push({ ...server, route, requests: requestsOf(keys, route) });
  }
  const measured = await measureServers(targets, settings);
  for (const { contender } of targets) await contender.stop();
  return report(measured);
}

/** The same for each route, the key included. */
function requestsOf(keys, route) {
  const random = randomNumbers(1);
  return Array.from({ length: KEYS }, () => ({
    method: 'GET',
    path: `/${route}/4711`,
    headers: { authorization: `Bearer ${keys.text(Math.floor(random() * KEYS))}` },
  }));
}

function report(measured) {
  const rows = measured.map(({ target, cpu, rate }) => {
    const open = measured.find((other) => other.target.name === target.name && other.target.route === 'open');
    return {
      'GET /orders/:id': target.name,
      guards: ROUTES[target.route],
      'CPU µs a request': cpu,
      'added, µs': cpu - open.cpu,
      'of no guard': cpu / open.cpu,
      'requests/s': rate,
    };
  });
  return table(rows);
}
