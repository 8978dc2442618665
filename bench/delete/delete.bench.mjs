import { Contender } from '../support/contender.mjs';
import { Keys, storeKeys } from '../support/keys.mjs';
import { alternate, median, quantile } from '../support/rounds.mjs';
import { newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';

const CALLERS = [1, 16];
// Until then the code is still being compiled, which takes as long as to run it.
const WARM_UP = 2000;
const TITLES = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

export const title = 'Deleting a key, with its record on the trail';

/** @returns the printed result */
export async function run({ rounds, quick }) {
  const count = quick ? 160 : 640;
  const keys = Keys.make(WARM_UP + count * CALLERS.length * (rounds + 1));
  const entries = [];
  for (const kind of ['sqlite', 'postgres']) {
    const scripts = {
      [`raw ${kind === 'sqlite' ? 'sqlite3' : 'pg'}`]: `./raw-${kind}.mjs`,
      Latchkey: './latchkey.mjs',
    };
    const opened = [];
    for (const [name, script] of Object.entries(scripts)) opened.push(await open(name, script, kind, keys));
    for (const callers of CALLERS) entries.push(...opened.map((one) => ({ ...one, kind, callers })));
  }
  const measured = await alternate(entries, rounds + 1, ({ contender, callers }) =>
    contender.ask('measure', { count, callers }),
  );
  const results = entries.map((entry) => {
    const [, ...rest] = measured.get(entry);
    return {
      ...entry,
      rate: median(rest.map(({ all }) => (count * 1000) / all)),
      times: rest.flatMap(({ times }) => times),
    };
  });
  for (const { contender } of entries) await contender.stop();
  return report(results);
}

async function open(name, script, kind, keys) {
  const contender = Contender.start(`${name} on ${kind}`, script, import.meta.url);
  let workspaceId;
  const url = await newStore(kind, async (dataSource) => {
    workspaceId = await storeKeys(dataSource, keys);
  });
  await contender.ask('open', { url, workspaceId });
  await contender.ask('measure', { count: WARM_UP, callers: Math.max(...CALLERS) });
  return { name, contender };
}

function report(results) {
  const rows = results.map(({ name, kind, callers, rate, times }) => {
    const raw = results.find((other) => other.kind === kind && other.callers === callers);
    return {
      store: TITLES[kind],
      callers,
      'delete with record': name,
      'deletions/s': rate,
      'of the raw driver': rate / raw.rate,
      'p50, ms': quantile(times, 0.5),
      'p99, ms': quantile(times, 0.99),
    };
  });
  return table(rows);
}
