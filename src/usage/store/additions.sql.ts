import { DAY, HOUR, MINUTE } from './usage-count.entity.js';

/** A statement that adds to stored rows what an array of arrays says, as JSON in its one parameter. */
export interface AddRows {
  sqlite: string;
  postgres: string;
}

/** Stands for all clients of a key together. */
export const ALL_CLIENTS = 'all';

const OUTCOMES = ['valid', 'denied', 'expired', 'disabled', 'rate_limited'];

/** Rows of key, uses and first date. */
export const ADD_KEYS = inBoth(
  (rows) => `INSERT INTO latchkey_usage_keys AS stored (key_id, uses, first_date)
    SELECT ${text(0)} AS key_id, SUM(${number(1)}), MIN(${text(2)}) FROM ${rows} AS used
    GROUP BY 1 ORDER BY 1
    ON CONFLICT (key_id) DO UPDATE SET uses = stored.uses + excluded.uses`,
);

/** Rows of key, client, secret, application, address, user agent, first and last date. */
export const ADD_CLIENTS = inBoth(
  (rows) => `INSERT INTO latchkey_usage_clients AS stored
      (key_id, client, secret, application, ip, user_agent, first_seen_date, last_seen_date)
    SELECT ${text(0)} AS key_id, ${text(1)} AS client, ${text(2)} AS secret, MAX(${text(3)}), MAX(${text(4)}), MAX(${text(5)}),
      MIN(${text(6)}), MAX(${text(7)})
    FROM ${rows} AS used
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (key_id, client, secret) DO UPDATE SET
      first_seen_date = ${earlier('first_seen_date')}, last_seen_date = ${later('last_seen_date')}`,
);

/** Rows of key, minute, client, secret, and how often each outcome: they are added to the minute, its hour and its day. */
export const ADD_COUNTS = inBoth(
  (rows) => `INSERT INTO latchkey_usage_counts AS stored (key_id, unit, start, client, secret, ${OUTCOMES.join(', ')})
    SELECT ${text(0)} AS key_id, unit.minutes AS unit, ${number(1)} / unit.minutes * unit.minutes AS start,
      ${text(2)} AS client, ${text(3)} AS secret, ${OUTCOMES.map((_, at) => `SUM(${number(4 + at)})`).join(', ')}
    FROM ${rows} AS used
    CROSS JOIN (SELECT ${MINUTE} AS minutes UNION ALL SELECT ${HOUR} UNION ALL SELECT ${DAY}) AS unit
    GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT (key_id, unit, start, client, secret) DO UPDATE SET
      ${OUTCOMES.map((outcome) => `${outcome} = stored.${outcome} + excluded.${outcome}`).join(', ')}`,
);

/** Rows of key, client, name, uses, first and last date. */
export const ADD_PERMISSIONS = inBoth(
  (rows) => `INSERT INTO latchkey_usage_permissions AS stored
      (key_id, client, name, uses, first_used_date, last_used_date)
    SELECT ${text(0)} AS key_id, ${text(1)} AS client, ${text(2)} AS name, SUM(${number(3)}), MIN(${text(4)}), MAX(${text(5)})
    FROM ${rows} AS used
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (key_id, client, name) DO UPDATE SET uses = stored.uses + excluded.uses,
      first_used_date = ${earlier('first_used_date')}, last_used_date = ${later('last_used_date')}`,
);

// SQLite would take ON for the beginning of a join, if there were no WHERE or GROUP BY.
function inBoth(statement: (rows: string) => string): AddRows {
  return { sqlite: statement('json_each($1)'), postgres: statement('json_array_elements(CAST($1 AS json))') };
}

function text(at: number): string {
  return `(used.value ->> ${at})`;
}

function number(at: number): string {
  return `CAST(used.value ->> ${at} AS integer)`;
}

function earlier(column: string): string {
  return `CASE WHEN excluded.${column} < stored.${column} THEN excluded.${column} ELSE stored.${column} END`;
}

function later(column: string): string {
  return `CASE WHEN excluded.${column} > stored.${column} THEN excluded.${column} ELSE stored.${column} END`;
}
