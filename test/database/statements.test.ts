import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { forEachStore } from '../support/stores.js';
import { INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

const MORE_THAN_ARE_KEPT = 250;

describe('statements that are kept prepared', () => {
  forEachStore((kind) => {
    let opened: OpenedStore;

    beforeEach(async () => {
      opened = await openStore(kind);
    });

    afterEach(() => opened.close());

    it('are many, and each answers again', async () => {
      const text = (at: number) => `SELECT CAST($1 AS integer) + ${at} AS sum`;
      const twice = [...Array(MORE_THAN_ARE_KEPT).keys(), ...Array(MORE_THAN_ARE_KEPT).keys()];
      await opened.database.transaction(async (tx) => {
        for (const at of twice) expect(await tx.query(text(at), [at])).toEqual([{ sum: 2 * at }]);
      });
    });

    it('answer each of those who ask at once', async () => {
      const one = { sql: 'SELECT CAST($1 AS integer) AS number' };
      const numbers = [...Array(50).keys()];
      const rows = await Promise.all(numbers.map((number) => opened.database.lookUp(one, [number])));
      expect(rows).toMatchObject(numbers.map((number) => [{ number }]));
    });

    it('refuse what they cannot be prepared for, and answer once they can', async () => {
      const read = { sql: 'SELECT value FROM later WHERE value = $1' };
      const readInTransaction = () => opened.database.transaction((tx) => tx.query(read.sql, [1]));
      await expect(opened.database.lookUp(read, [1])).rejects.toThrow(StoreUnavailableError);
      await expect(readInTransaction()).rejects.toThrow(StoreUnavailableError);
      await opened.host.query('CREATE TABLE later AS SELECT 1 AS value');
      expect(await opened.database.lookUp(read, [1])).toMatchObject([{ value: 1 }]);
      expect(await readInTransaction()).toEqual([{ value: 1 }]);
    });

    it('answer again after one of them has failed, and after the table has changed', async () => {
      const add = (id: string) => opened.database.transaction((tx) => tx.query(INSERT_WORKSPACE, [id, id]));
      await add('a');
      await expect(add('a')).rejects.toThrow(StoreUnavailableError);
      await add('b');
      await opened.host.query('ALTER TABLE latchkey_workspaces ADD COLUMN remark varchar(10)');
      await add('c');
      expect(await workspaceNames(opened.database)).toEqual(['a', 'b', 'c']);
    });
  });
});

describe('statements of a transaction on PostgreSQL', () => {
  let opened: OpenedStore;

  beforeEach(async () => {
    opened = await openStore('postgres');
  });

  afterEach(() => opened.close());

  it('leave on a connection only what is asked again and again', async () => {
    const names = await opened.database.transaction(async (tx) => {
      await tx.query('SELECT CAST($1 AS integer)', [1]);
      await tx.query('SELECT CAST($1 AS integer)', [2]);
      await tx.query('SELECT 3');
      const many = Array.from({ length: 30 }, (_, at) => `CAST($${at + 1} AS integer)`);
      await tx.query(`SELECT ${many.join(', ')}`, [...many.keys()]);
      return tx.query(`SELECT statement FROM pg_prepared_statements`);
    });
    expect(names).toEqual([{ statement: 'SELECT CAST($1 AS integer)' }]);
  });
});
