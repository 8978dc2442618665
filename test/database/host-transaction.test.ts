import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { forEachStore } from '../support/stores.js';
import { INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

describe('a host’s own transaction on its data source', () => {
  forEachStore((kind) => {
    let opened: OpenedStore;

    beforeEach(async () => {
      opened = await openStore(kind);
      await opened.host.query('CREATE TABLE orders (id integer)');
    });

    afterEach(() => opened.close());

    const add = (name: string) => opened.database.transaction((tx) => tx.query(INSERT_WORKSPACE, [name, name]));

    it('keeps neither our writes nor our newest reads from going on, and its rollback takes nothing of ours', async () => {
      const host = opened.host.createQueryRunner();
      await host.startTransaction();
      await host.query('SELECT * FROM orders');

      await add('first');
      expect(await workspaceNames(opened.database)).toEqual(['first']);
      await add('second');
      expect(await workspaceNames(opened.database)).toEqual(['first', 'second']);
      await host.rollbackTransaction();
      await host.release();

      expect(await workspaceNames(opened.database)).toEqual(['first', 'second']);
    });

    it('is not seen by us before it commits', async () => {
      await add('ours');
      const host = opened.host.createQueryRunner();
      await host.startTransaction();
      await host.query(INSERT_WORKSPACE, ['theirs', 'theirs']);

      expect(await workspaceNames(opened.database)).toEqual(['ours']);
      await host.rollbackTransaction();
      await host.release();

      expect(await workspaceNames(opened.database)).toEqual(['ours']);
    });

    it('does not end with ours: what it wrote is its own to commit', async () => {
      const host = opened.host.createQueryRunner();
      await host.startTransaction();
      await host.query('INSERT INTO orders (id) VALUES (1)');
      const ours = add('ours');
      await host.commitTransaction();
      await host.release();
      await ours;

      await expect(opened.database.transaction(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await opened.host.query('SELECT id FROM orders')).toEqual([{ id: 1 }]);
      expect(await workspaceNames(opened.database)).toEqual(['ours']);
    });
  });
});
