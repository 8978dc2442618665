// What counting costs on top of a verification, and what a report costs, whatever is stored.
import { join } from 'node:path';
import { Contender } from '../support/contender.mjs';
import { Keys, storeKeys } from '../support/keys.mjs';
import { alternate, median } from '../support/rounds.mjs';
import { newFolder, newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';
import { storeUsage } from './stored-usage.mjs';

const KEYS = 1000;
const WARM_UP_ROUNDS = 2;

export const title = 'Counting the uses of keys';

/** @returns the printed result */
export async function run({ rounds, quick }) {
  const keys = Keys.make(KEYS);
  const file = join(await newFolder(), 'keys');
  await keys.write(file);
  const minutes = quick ? 100_000 : 10_000_000;
  const [counting, reports] = [[], []];
  for (const kind of ['sqlite', 'postgres']) {
    const store = {};
    const url = await newStore(kind, async (dataSource) => {
      store.workspaceId = await storeKeys(dataSource, keys);
      await storeUsage(dataSource, KEYS, minutes);
    });
    const contender = Contender.start(`counting on ${kind}`, './latchkey.mjs', import.meta.url);
    const { ways } = await contender.ask('open', { url, keys: file, ...store });
    if (kind === 'sqlite') counting.push(...(await measure(contender, ways, rounds, quick)));
    for (const { name, ms } of await contender.ask('report', { rounds })) {
      reports.push({
        'a report': name,
        on: kind,
        'minute rows': minutes,
        'ms, median': median(ms),
        'ms, longest': Math.max(...ms),
      });
    }
    await contender.stop();
  }
  return `${table(counting)}\n\n${table(reports)}`;
}

async function measure(contender, ways, rounds, quick) {
  const count = quick ? 50_000 : 400_000;
  const entries = ways.flatMap((way) => [true, false].map((counted) => ({ way, counted })));
  const measured = await alternate(entries, rounds + WARM_UP_ROUNDS, (entry) =>
    contender.ask('measure', { ...entry, count }),
  );
  const of = (way, counted) => {
    const entry = entries.find((each) => each.way === way && each.counted === counted);
    return median(measured.get(entry).slice(WARM_UP_ROUNDS));
  };
  return ways.map((way) => {
    const [counted, not] = [of(way, true), of(way, false)];
    return { 'ns for each verification': way, counted, 'not counted': not, 'counting costs': counted - not };
  });
}
