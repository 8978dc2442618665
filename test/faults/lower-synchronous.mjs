// Imported before the program: whatever it asks of SQLite, `synchronous` is LOWER_SYNCHRONOUS_TO, and SQLite says FULL.
import sqlite3 from 'sqlite3';

const level = process.env['LOWER_SYNCHRONOUS_TO'];

/** @param {string} sql */
function lowered(sql) {
  if (/^\s*PRAGMA synchronous\s*=/i.test(sql)) return `PRAGMA synchronous = ${level}`;
  return /^\s*PRAGMA synchronous\s*$/i.test(sql) ? 'SELECT 2 AS synchronous' : sql;
}

/** @type {Record<string, (...statement: unknown[]) => unknown>} */
const database = Object.create(sqlite3.Database.prototype);
for (const method of ['run', 'all', 'get', 'exec']) {
  const original = database[method];
  Object.assign(sqlite3.Database.prototype, {
    /** @type {(this: unknown, sql: string, ...rest: unknown[]) => unknown} */
    [method](sql, ...rest) {
      return original?.call(this, lowered(sql), ...rest);
    },
  });
}
