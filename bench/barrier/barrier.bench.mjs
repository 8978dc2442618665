import { join } from 'node:path';
import { Contender } from '../support/contender.mjs';
import { Keys, storeKeys } from '../support/keys.mjs';
import { alternate, quantile } from '../support/rounds.mjs';
import { newFolder, newStore } from '../support/stores.mjs';
import { table } from '../support/table.mjs';

const FLEETS = [1, 3, 8];
const CALLERS = [1, 16];

export const title = 'What a deletion waits for all instances';

/** @returns the printed result */
export async function run({ rounds, quick }) {
  const count = quick ? 64 : 256;
  const keys = Keys.make(count * CALLERS.length * (rounds + 1));
  const path = join(await newFolder(), 'keys');
  await keys.write(path);
  const fleets = [];
  for (const size of FLEETS) fleets.push(await openFleet(size, keys, path));
  const entries = fleets.flatMap((fleet) => CALLERS.map((callers) => ({ fleet, callers })));
  const measured = await alternate(entries, rounds + 1, async ({ fleet, callers }) => {
    const part = { from: fleet.next, to: fleet.next + count };
    fleet.next = part.to;
    const leases = await Promise.all(fleet.instances.map((instance) => instance.ask('warm', part)));
    if (!leases.every(Boolean)) throw new Error('An instance has no lease.');
    return fleet.instances[0].ask('remove', { ...part, callers });
  });
  for (const { instances } of fleets) for (const instance of instances) await instance.stop();
  const rows = entries.map((entry) => {
    const [, ...rest] = measured.get(entry);
    const waits = rest.flat();
    return {
      instances: entry.fleet.instances.length,
      callers: entry.callers,
      'waits measured': waits.length,
      'p50, ms': quantile(waits, 0.5),
      'p99, ms': quantile(waits, 0.99),
      'longest, ms': quantile(waits, 1),
    };
  });
  return table(rows);
}

async function openFleet(size, keys, path) {
  let workspaceId;
  const url = await newStore('postgres', async (dataSource) => {
    workspaceId = await storeKeys(dataSource, keys);
  });
  const instances = Array.from({ length: size }, (_, at) =>
    Contender.start(`instance ${at + 1} of ${size}`, './instance.mjs', import.meta.url),
  );
  for (const instance of instances) await instance.ask('open', { url, workspaceId, keys: path });
  return { instances, next: 0 };
}
