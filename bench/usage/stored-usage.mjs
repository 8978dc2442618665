import { idOf } from '../support/keys.mjs';

const MINUTES_OF_A_DAY = 1440;
/** Clients of the one key that has as many as are told apart, in each of its minutes, hours and days. */
const CLIENTS = 200;
const UNITS = [
  { unit: 1, rows: 180 },
  { unit: 60, rows: 7 * 24 },
  { unit: MINUTES_OF_A_DAY, rows: 90 },
];

/**
 * Puts so many rows of minutes into a migrated store, evenly among the keys, with their hours and days; and one key, the first, that
 * has the most clients there can be.
 */
export async function storeUsage(dataSource, keys, minutes) {
  const isPostgres = dataSource.options.type === 'postgres';
  const now = Math.floor(Date.now() / 60_000);
  const series = (from, to) =>
    isPostgres
      ? `generate_series(${from}, ${to}) AS each(n)`
      : `(WITH RECURSIVE each(n) AS (SELECT ${from} UNION ALL SELECT n + 1 FROM each WHERE n < ${to}) SELECT n FROM each) AS each`;
  const date = new Date().toISOString();
  for (let key = 1; key < keys; key += 1) {
    const id = idOf(key);
    const ofUnit = (unit, rows) => `INSERT INTO latchkey_usage_counts
      SELECT '${id}', ${unit}, ${Math.floor(now / unit) * unit} - n * ${unit}, 'a-client-of-22-letters', 'current', 1, 0, 0, 0, 0
      FROM ${series(0, rows - 1)}`;
    await dataSource.query(ofUnit(1, Math.ceil(minutes / (keys - 1))));
    await dataSource.query(ofUnit(60, 168));
    await dataSource.query(ofUnit(MINUTES_OF_A_DAY, 90));
    await dataSource.query(`INSERT INTO latchkey_usage_clients
      VALUES ('${id}', 'a-client-of-22-letters', 'current', 'app', '203.0.113.7', 'app/1', '${date}', '${date}')`);
    await dataSource.query(`INSERT INTO latchkey_usage_keys VALUES ('${id}', ${minutes}, '${date}')`);
  }
  const busy = idOf(0);
  const client = isPostgres ? `'client-' || client` : `'client-' || client`;
  const clients = series(1, CLIENTS).replaceAll('each', 'clients').replaceAll(/\bn\b/g, 'client');
  for (const { unit, rows } of UNITS) {
    await dataSource.query(`INSERT INTO latchkey_usage_counts
      SELECT '${busy}', ${unit}, ${Math.floor(now / unit) * unit} - each.n * ${unit}, ${client}, 'current', 1, 0, 0, 0, 0
      FROM ${series(0, rows - 1)} CROSS JOIN ${clients}`);
  }
  await dataSource.query(`INSERT INTO latchkey_usage_clients
    SELECT '${busy}', ${client}, 'current', 'app', '203.0.113.7', 'app/1', '${date}', '${date}' FROM ${clients}`);
  await dataSource.query(`INSERT INTO latchkey_usage_keys VALUES ('${busy}', 1, '${date}')`);
}
