// Adds one to a counter so many times, each in a transaction of its own that takes so many milliseconds, for tests with
// several processes.
import { setTimeout } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../server/src/config/data-source-options.js';
import { openDatabase } from '../../src/database/open-database.js';

const [url = '', times = '0', milliseconds = '0'] = process.argv.slice(2);
const host = await new DataSource(dataSourceOptions(url)).initialize();
const database = await openDatabase(host);
for (let done = 0; done < Number(times); done += 1) {
  await database.transaction(async (transaction) => {
    const [row] = await transaction.query<{ value: number }>('SELECT value FROM counters');
    await transaction.query('UPDATE counters SET value = $1', [(row?.value ?? 0) + 1]);
    // As a disk takes that is slow.
    if (milliseconds !== '0') await setTimeout(Number(milliseconds));
  });
}
await database.close();
await host.destroy();
