import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Contender } from '../support/contender.mjs';
import { Keys, storeKeys } from '../support/keys.mjs';
import { alternate, median, quantile } from '../support/rounds.mjs';
import { startServer } from '../support/server.mjs';
import { newFolder, newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';

const SERVICE = '../../server/dist/main.js';
const SECONDS = 5;
/** The guesses begin as long before the good callers are measured, and end as long after. */
const AHEAD_SECONDS = 1;
const WARM_UP_ROUNDS = 1;
/** More than are used for the first time in a round. */
const KEYS_A_ROUND = 4 * (SECONDS + 1) * 100;
const QUIET = { name: 'quiet' };
const FLOODS = [
  QUIET,
  { name: 'keys from one source', sources: 'one' },
  { name: 'keys from 65,536 sources', sources: 'many' },
  { name: 'keys with a typo', sources: 'one', malformed: true },
];

export const title = 'Good callers during a flood of guessed keys';

/** @returns the printed result */
export async function run({ rounds, guesses: rate }) {
  const rows = [];
  for (const kind of ['sqlite', 'postgres']) rows.push(...(await measure(kind, rounds, rate)));
  return table(rows);
}

async function measure(kind, rounds, rate) {
  const folder = await newFolder();
  const keys = Keys.make(100 + (rounds + WARM_UP_ROUNDS) * KEYS_A_ROUND);
  const env = { KEYS: join(folder, 'keys'), STORED: String(keys.count) };
  await keys.write(env.KEYS);
  const database = await newStore(kind, (dataSource) => storeKeys(dataSource, keys));
  const service = { DATABASE_URL: database, LATCHKEY_OPERATOR_KEY: `${keys.text(0)}-${keys.text(1)}` };
  const server = await startServer(`Latchkey on ${kind}`, SERVICE, import.meta.url, {
    env: { ...service, TRUST_PROXY: '1', LOG_FORMAT: 'json' },
    cwd: folder,
  });
  const callers = Contender.start('callers', './callers.mjs', import.meta.url, { env });
  const guesser = Contender.start('guesser', './guesser.mjs', import.meta.url, { env });
  const { url, contender } = server;
  await callers.ask('warmUp', { url });
  const measured = await alternate(FLOODS, rounds + WARM_UP_ROUNDS, async (flood) => {
    const seconds = SECONDS + 2 * AHEAD_SECONDS;
    const guesses = flood === QUIET ? undefined : guesser.ask('run', { ...flood, url, seconds, rate });
    await setTimeout(AHEAD_SECONDS * 1000);
    const before = await contender.ask('cpu');
    const { took, refused } = await callers.ask('run', { url, seconds: SECONDS });
    const after = await contender.ask('cpu');
    const { sent = 0, statuses = {} } = (await guesses) ?? {};
    const cpu = (after.user + after.system - before.user - before.system) / 1e6 / SECONDS;
    return { took, refused, sent: sent / seconds, statuses, seconds, cpu };
  });
  for (const each of [callers, guesser, contender]) await each.stop();
  return report(kind, measured);
}

function report(kind, measured) {
  const of = (flood) => measured.get(flood).slice(WARM_UP_ROUNDS);
  const p99 = (flood, key) => median(of(flood).map(({ took }) => quantile(took[key], 0.99)));
  const rate = (flood, status) => median(of(flood).map(({ statuses, seconds }) => (statuses[status] ?? 0) / seconds));
  const sent = (flood) => median(of(flood).map((each) => each.sent));
  // Of the process, in cores.
  const cpu = (flood) => median(of(flood).map((each) => each.cpu));
  const sum = (flood, key) => of(flood).reduce((total, { refused }) => total + refused[key], 0);
  return FLOODS.map((flood) => ({
    store: kind,
    guesses: flood.name,
    'sent/s': sent(flood),
    '401/s': rate(flood, 401),
    '429/s': rate(flood, 429),
    'CPU µs a guess': flood === QUIET ? undefined : (cpu(flood) - cpu(QUIET)) / (sent(flood) / 1e6),
    'remembered p99, ms': p99(flood, 'remembered'),
    'of quiet': p99(flood, 'remembered') / p99(QUIET, 'remembered'),
    'first use p99, ms': p99(flood, 'first'),
    'of quiet ': p99(flood, 'first') / p99(QUIET, 'first'),
    refused: sum(flood, 'remembered') + sum(flood, 'first'),
  }));
}
