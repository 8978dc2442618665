import { join } from 'node:path';
import { Contender } from '../support/contender.mjs';
import { Keys, storeKeys } from '../support/keys.mjs';
import { alternate, median } from '../support/rounds.mjs';
import { newFolder, newPostgresDatabase, newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';

const LARGEST_OF_THE_SLOW = 10_000;
const WARM_UP_ROUNDS = 2;

export const title = 'Verifying a key, in process';

/** @returns the printed result */
export async function run({ sizes, rounds, quick }) {
  const folder = await newFolder();
  const entries = [];
  for (const size of sizes) {
    const settings = { keys: join(folder, `keys-${size}`), size, folder };
    const keys = Keys.make(size);
    await keys.write(settings.keys);
    entries.push(...(await openAll(settings, keys, quick)));
  }
  const seconds = quick ? 0.1 : 0.4;
  const plans = new Map();
  for (const entry of entries) plans.set(entry, await planned(entry, seconds));
  const measured = await alternate(entries, rounds + WARM_UP_ROUNDS, (entry, round) =>
    entry.contender.ask('measure', { way: entry.way, size: entry.size, count: plans.get(entry), seed: round }),
  );
  const results = entries.map((entry) => ({ ...entry, ns: median(measured.get(entry).slice(WARM_UP_ROUNDS)) }));
  for (const { contender } of entries) await contender.stop();
  return report(results, sizes);
}

async function openAll(settings, keys, quick) {
  const entries = [];
  const { size } = settings;
  const add = async (name, script, more = {}, flags = []) => {
    const contender = Contender.start(`${name} with ${size} keys`, script, import.meta.url, { flags });
    const { ways, ...facts } = await contender.ask('open', { ...settings, ...more });
    for (const way of ways)
      entries.push({ name: NAMES[way] ? `${name}, ${NAMES[way]}` : name, way, size, contender, ...facts });
  };
  await add('bare hash + Map', './bare.mjs');
  // What differs between the two is the same at every size; a million misses take minutes.
  for (const kind of size > LARGEST_OF_THE_SLOW ? ['sqlite'] : ['sqlite', 'postgres']) {
    const store = {};
    const url = await newStore(kind, async (dataSource) => {
      store.workspaceId = await storeKeys(dataSource, keys);
    });
    // Room for a million keys, whatever this Node takes for a heap that is large enough.
    const flags = ['--expose-gc', '--max-old-space-size=4096'];
    await add(`Latchkey on ${TITLES[kind]}`, './latchkey.mjs', { url, ...store }, flags);
  }
  if (size > LARGEST_OF_THE_SLOW) return entries;
  await add('Nest guard, TypeORM on SQLite', './typeorm-guard.mjs');
  await add('better-auth in memory', './better-auth.mjs', { storage: 'memory' });
  await add('better-auth on PostgreSQL', './better-auth.mjs', {
    storage: 'postgres',
    url: await newPostgresDatabase(),
  });
  return entries;
}

const TITLES = { sqlite: 'SQLite', postgres: 'PostgreSQL' };
const NAMES = { permitted: 'with a permission' };

/** How many verifications take about so long, once the code is compiled. */
async function planned({ contender, way, size }, seconds) {
  let count = 1000;
  for (;;) {
    const beginning = performance.now();
    const ns = await contender.ask('measure', { way, size, count, seed: 0 });
    const planned = Math.round((seconds * 1e9) / ns);
    if (count * 4 >= planned || performance.now() - beginning > seconds * 1000) return Math.max(1000, planned);
    count *= 4;
  }
}

function report(results, sizes) {
  const of = (name, size) => results.find((result) => result.name === name && result.size === size);
  const bare = (size) => of('bare hash + Map', size).ns;
  const [smallest] = sizes;
  const largest = sizes.at(-1);
  const names = [...new Set(results.map(({ name }) => name))];
  const speed = names.map((name) => {
    const row = { 'ns for each verification': name };
    for (const size of sizes) row[`${size.toLocaleString('en-US')} keys`] = of(name, size)?.ns;
    for (const size of sizes) {
      const ns = of(name, size)?.ns;
      row[`rate, of bare at ${size.toLocaleString('en-US')}`] = ns && bare(size) / ns;
    }
    const [first, last] = [of(name, smallest)?.ns, of(name, largest)?.ns];
    row['largest / smallest'] = first && last && last / first;
    return row;
  });
  const ours = results.filter(({ bytes, way }) => bytes !== undefined && way === 'verify');
  const memory = ours.map(({ name, size, bytes, missNs, flushNs }) => ({
    'in memory': name,
    keys: size,
    'bytes of heap a key': bytes,
    'misses, keys/s': 1e9 / missNs,
    'last use written, µs a key': flushNs / 1000,
  }));
  const latchkey = of('Latchkey on SQLite', Math.min(largest, LARGEST_OF_THE_SLOW));
  const times = names
    .filter((name) => name.startsWith('better-auth') || name.startsWith('Nest'))
    .flatMap((name) => {
      const other = of(name, latchkey?.size);
      return other ? [`${Math.round(other.ns / latchkey.ns).toLocaleString('en-US')} × ${name}`] : [];
    });
  const summary = times.length
    ? `\n\nAt ${latchkey.size.toLocaleString('en-US')} keys Latchkey verifies ${times.join(', ')}.`
    : '';
  return `${table(speed)}\n\n${table(memory)}${summary}`;
}
