/** Text for both databases. The first parameter says when: to SQLite the date, to PostgreSQL how many milliseconds ago. */
export interface InstanceStatement {
  sqlite: string;
  postgres: string;
}

/** An instance of which nothing was heard for so long has ended. */
export const SILENT_S = 15;

/** On PostgreSQL by the clock of the database: those of instances may differ. */
export const DATABASE_NOW = dateOf('clock_timestamp()');

/** Puts the instance on the list of those that count. */
export const BEGIN = inBoth(
  (now) => `WITH now(date) AS (SELECT ${now})
    INSERT INTO latchkey_usage_instances (flushed_date, since_date, id, ended_date, batch)
    SELECT date, date, $2, NULL, 0 FROM now WHERE true
    ON CONFLICT (id) DO NOTHING`,
);

/** All that count, and that were killed, with what time it is; a row without an id if there are none. */
export const FIND_INSTANCES = {
  sqlite: findInstances('$1'),
  postgres: findInstances(DATABASE_NOW),
};

export const END = 'DELETE FROM latchkey_usage_instances WHERE id = $1';

export const BE_QUIET = inBoth(
  (now) => `UPDATE latchkey_usage_instances SET flushed_date = ${now}, ended_date = NULL WHERE id = $2`,
);

/** Notes of other instances that they have ended, and until when they may have counted. */
export const FIND_ENDED: InstanceStatement = {
  sqlite: `UPDATE latchkey_usage_instances SET ended_date = $1 WHERE ended_date IS NULL AND id <> $2`,
  postgres: `UPDATE latchkey_usage_instances SET ended_date = ${DATABASE_NOW}
    WHERE id IN (
      SELECT id FROM latchkey_usage_instances
      WHERE ended_date IS NULL AND id <> $2 AND flushed_date < ${ago('$1')} ORDER BY id FOR UPDATE SKIP LOCKED
    )`,
};

/** Notes a batch, and returns no row if it was noted already: `all` if nothing is left to be written. */
export const NOTE_BATCH = {
  all: inBoth((now) => noteBatch(now, 'excluded.flushed_date')),
  some: inBoth((now) => noteBatch(now, 'stored.flushed_date')),
};

function findInstances(now: string): string {
  return `SELECT now.date AS now, id, flushed_date AS "flushedDate", ended_date AS "endedDate"
    FROM (SELECT ${now} AS date) AS now LEFT JOIN latchkey_usage_instances ON true`;
}

function noteBatch(now: string, flushed: string): string {
  return `WITH now(date) AS (SELECT ${now})
    INSERT INTO latchkey_usage_instances AS stored (flushed_date, since_date, id, ended_date, batch)
    SELECT date, date, $2, NULL, CAST($3 AS integer) FROM now WHERE true
    ON CONFLICT (id) DO UPDATE SET flushed_date = ${flushed}, ended_date = NULL, batch = excluded.batch
    WHERE stored.batch < excluded.batch
    RETURNING id`;
}

function inBoth(statement: (now: string) => string): InstanceStatement {
  return { sqlite: statement('$1'), postgres: statement(dateOf(`clock_timestamp() - ${interval('$1')}`)) };
}

function ago(milliseconds: string): string {
  return dateOf(`clock_timestamp() - interval '${SILENT_S} seconds' - ${interval(milliseconds)}`);
}

function interval(milliseconds: string): string {
  return `CAST(${milliseconds} AS integer) * interval '1 millisecond'`;
}

function dateOf(moment: string): string {
  return `to_char((${moment}) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
