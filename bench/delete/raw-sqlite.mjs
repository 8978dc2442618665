// The raw driver: a connection, and transactions that take turns on it.
import sqlite3 from 'sqlite3';
import { twoStatements } from './statements.mjs';
import { answerDeletions } from './measure.mjs';

answerDeletions(async ({ url, workspaceId }) => {
  const database = new sqlite3.Database(url.replace('sqlite:', ''));
  const run = (sql, values = []) =>
    new Promise((resolve, reject) => {
      database.run(sql, values, function (error) {
        if (error) reject(error);
        else resolve(this.changes);
      });
    });
  for (const setting of ['journal_mode = WAL', 'synchronous = FULL', 'foreign_keys = ON']) {
    await run(`PRAGMA ${setting}`);
  }
  let turn = Promise.resolve();
  const remove = async (id) => {
    await run('BEGIN IMMEDIATE');
    for (const [sql, values] of twoStatements(id, workspaceId)) {
      if ((await run(sql, values)) !== 1) throw new Error('A key was not there.');
    }
    await run('COMMIT');
  };
  return {
    remove: (id) => {
      turn = turn.then(() => remove(id));
      return turn;
    },
  };
});
