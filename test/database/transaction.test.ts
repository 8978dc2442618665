import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../src/kernel/ids.js';
import { StoreUnavailableError } from '../../src/database/errors.js';
import { WorkspaceNotFoundError } from '../../src/events/errors.js';
import { isUniqueViolation } from '../../src/database/store-errors.js';
import type { Transaction } from '../../src/database/transaction.js';
import { Workspace } from '../../src/workspaces/workspace.entity.js';
import { forEachStore } from '../support/stores.js';
import { INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

describe('a transaction', () => {
  forEachStore((kind) => {
    let opened: OpenedStore;

    beforeEach(async () => {
      opened = await openStore(kind);
    });

    afterEach(() => opened.close());

    const add = (name: string) =>
      opened.database.transaction((tx) => tx.query(INSERT_WORKSPACE, [`id of ${name}`, name]));

    const workspace = (name: string) => ({ id: name, name, createdDate: 'a', updatedDate: 'a' });

    it('commits beside two others that overlap it', async () => {
      const begun = gate(kind === 'sqlite' ? 1 : 3);
      const slowly = (name: string) =>
        opened.database.transaction(async (tx) => {
          await begun.arrive();
          await tx.query(INSERT_WORKSPACE, [`id of ${name}`, name]);
          await tx.query('SELECT 1');
          return name;
        });

      expect(await Promise.all([slowly('a'), slowly('b'), slowly('c')])).toEqual(['a', 'b', 'c']);

      expect(await workspaceNames(opened.database)).toEqual(['a', 'b', 'c']);
    });

    it('leaves what others have acknowledged when it rolls back', async () => {
      const failing = opened.database.transaction(async (tx) => {
        await tx.query(INSERT_WORKSPACE, ['1', 'doomed']);
        await tx.query('SELECT 1');
        throw new Error('Changed my mind.');
      });
      const others = Array.from({ length: 20 }, (_, at) => add(`kept ${String(at).padStart(2, '0')}`));

      await expect(failing).rejects.toThrow('Changed my mind.');
      await Promise.all(others);

      const names = await workspaceNames(opened.database);
      expect(names).toHaveLength(20);
      expect(names).not.toContain('doomed');
    });

    it('is not seen by readers before its commit, and is by every one after', async () => {
      await opened.database.transaction(async (tx) => {
        await tx.query(INSERT_WORKSPACE, ['1', 'new']);
        expect(await workspaceNames(opened.database)).toEqual([]);
      });
      expect(await workspaceNames(opened.database)).toEqual(['new']);
      expect(await opened.database.read((manager) => manager.query('SELECT name FROM latchkey_workspaces'))).toEqual([
        { name: 'new' },
      ]);
    });

    it('returns the rows of RETURNING', async () => {
      await Promise.all([add('a'), add('b')]);
      await opened.database.transaction(async (tx) => {
        const inserted = await tx.query(`${INSERT_WORKSPACE} RETURNING id, name`, ['3', 'c']);
        expect(inserted).toEqual([{ id: '3', name: 'c' }]);
        const updated = await tx.query(`UPDATE latchkey_workspaces SET name = $1 WHERE id = $2 RETURNING name`, [
          'd',
          '3',
        ]);
        expect(updated).toEqual([{ name: 'd' }]);
        const deleted = await tx.query<{ name: string }>('DELETE FROM latchkey_workspaces RETURNING name');
        expect(deleted.map(({ name }) => name).sort()).toEqual(['a', 'b', 'd']);
        expect(await tx.query('DELETE FROM latchkey_workspaces RETURNING name')).toEqual([]);
      });
    });

    it('answers look-ups while a search runs', async () => {
      const { database } = opened;
      const answered: string[] = [];
      const search = database
        .search(
          'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) SELECT COUNT(*) FROM n',
        )
        .then(() => answered.push('search'));
      // The first ones may come before it has begun.
      for (let at = 0; at < 20; at += 1) await database.lookUp({ sql: 'SELECT 1 AS one' }, []);
      answered.push('look-ups');
      await search;

      expect(answered).toEqual(['look-ups', 'search']);
    });

    it('tells a unique violation from the rest', async () => {
      await add('taken');
      const insertTenant = `INSERT INTO latchkey_workspaces (id, name, external_id, created_date, updated_date)
        VALUES ($1, 'n', $2, 'd', 'd')`;
      await opened.database.transaction((tx) => tx.query(insertTenant, ['tenant', 'taken']));
      const insertQuota = `INSERT INTO latchkey_workspace_quotas (workspace_id, name, slot, used) VALUES ($1, 'n', 0, 0)`;
      const isUnique = async (sql: string, parameters: unknown[]) => {
        let error: unknown;
        const keep = (thrown: unknown) => {
          error = thrown;
          throw thrown;
        };
        await expect(opened.database.transaction((tx) => tx.query(sql, parameters).catch(keep))).rejects.toThrow();
        return isUniqueViolation(error);
      };

      expect(await isUnique(INSERT_WORKSPACE, ['id of taken', 'other'])).toBe(true);
      expect(await isUnique(insertTenant, ['other', 'taken'])).toBe(true);
      expect(await isUnique(insertQuota, ['nowhere'])).toBe(false);
      expect(await isUnique(INSERT_WORKSPACE, ['1', null])).toBe(false);
      expect(await isUnique('SELECT nothing FROM nowhere', [])).toBe(false);
    });

    it('throws the store’s own faults as unavailable, and what its body throws as it is', async () => {
      await expect(opened.database.transaction((tx) => tx.query('SELECT * FROM nowhere'))).rejects.toThrow(
        StoreUnavailableError,
      );
      await expect(opened.database.query('SELECT * FROM nowhere')).rejects.toThrow(StoreUnavailableError);
      await expect(opened.database.read((manager) => manager.query('SELECT * FROM nowhere'))).rejects.toThrow(
        StoreUnavailableError,
      );
      const own = new RangeError('mine');
      await expect(opened.database.transaction(() => Promise.reject(own))).rejects.toBe(own);
      await add('still works');
    });

    it('cannot be used once it has ended', async () => {
      const ended = await opened.database.transaction((tx) => Promise.resolve({ tx }));
      await expect(ended.tx.query(INSERT_WORKSPACE, ['late', 'late'])).rejects.toThrow('has ended');
      await expect(ended.tx.manager.save(Workspace, workspace('late'))).rejects.toThrow('has ended');
      expect(() => ended.tx.writeLast(INSERT_WORKSPACE, ['late', 'late'])).toThrow('has ended');
      expect(() => ended.tx.readAfter({ sql: 'SELECT 1' }, [])).toThrow('has ended');
      expect(await workspaceNames(opened.database)).toEqual([]);
    });

    it('fails with a statement that failed, even if its body goes on', async () => {
      const negligent = opened.database.transaction(async (tx) => {
        await tx.query(INSERT_WORKSPACE, ['1', 'kept?']);
        await tx.query('SELECT * FROM nowhere').catch(() => undefined);
      });
      await expect(negligent).rejects.toThrow('A statement failed');
      expect(await workspaceNames(opened.database)).toEqual([]);
    });

    it('has everything that goes through the entity manager', async () => {
      const failing = opened.database.transaction(async ({ manager }) => {
        await manager.save(Workspace, workspace('saved'));
        await manager.insert(Workspace, workspace('inserted'));
        throw new Error('Changed my mind.');
      });
      await expect(failing).rejects.toThrow('Changed my mind.');
      expect(await workspaceNames(opened.database)).toEqual([]);

      await opened.database.transaction(({ manager }) => manager.save(Workspace, workspace('saved')));
      expect(await workspaceNames(opened.database)).toEqual(['saved']);
    });

    it('runs at its commit what was left for that, or rolls everything back', async () => {
      const last = (name: string): [string, string[]] => [INSERT_WORKSPACE, [name, name]];
      await opened.database.transaction(async (tx) => {
        await tx.writeLast(...last('second'));
        await tx.writeLast(...last('third'));
        await tx.query(INSERT_WORKSPACE, ['first', 'first']);
        expect(await tx.query('SELECT name FROM latchkey_workspaces')).toEqual([{ name: 'first' }]);
      });
      expect(await workspaceNames(opened.database)).toEqual(['first', 'second', 'third']);

      const failing = opened.database.transaction(async (tx) => {
        await tx.writeLast(...last('fourth'));
        await tx.writeLast(...last('third'));
        await tx.query(INSERT_WORKSPACE, ['fifth', 'fifth']);
      });
      await expect(failing).rejects.toThrow(StoreUnavailableError);
      const refused = opened.database.transaction(async (tx) => {
        await tx.writeLast(...last('sixth'));
        throw new Error('Changed my mind.');
      });
      await expect(refused).rejects.toThrow('Changed my mind.');
      expect(await workspaceNames(opened.database)).toEqual(['first', 'second', 'third']);
    });

    it('that must not begin changes nothing, whatever its body has sent already', async () => {
      const orElse = () => new WorkspaceNotFoundError();
      const lookFor = { table: 'latchkey_workspaces', id: newId(), orElse };
      const begin = (body: (tx: Transaction) => Promise<unknown>) => opened.database.transaction(body, { lookFor });

      await expect(begin((tx) => tx.query(INSERT_WORKSPACE, ['1', 'sent']))).rejects.toThrow(WorkspaceNotFoundError);
      await expect(begin((tx) => tx.writeLast(INSERT_WORKSPACE, ['1', 'last']))).rejects.toThrow(
        WorkspaceNotFoundError,
      );
      await expect(begin(({ manager }) => manager.save(Workspace, workspace('saved')))).rejects.toThrow(
        WorkspaceNotFoundError,
      );
      await expect(begin(() => Promise.reject(new Error('Changed my mind.')))).rejects.toThrow(WorkspaceNotFoundError);

      // More than there are connections.
      const names = Array.from({ length: 20 }, (_, at) => `${at}`);
      await Promise.all(names.map(add));
      expect(await workspaceNames(opened.database)).toEqual([...names].sort());
    });

    it('has read after its commit what was to be read then, which fails alone', async () => {
      const read = { sql: 'SELECT COUNT(*) AS count FROM latchkey_workspaces WHERE name = $1' };
      const counted = await opened.database.transaction(async (tx) => {
        const rows = tx.readAfter<{ count: unknown }>(read, ['added']);
        await tx.query(INSERT_WORKSPACE, ['1', 'added']);
        return { rows };
      });
      expect((await counted.rows).map(({ count }) => Number(count))).toEqual([1]);

      const failing = await opened.database.transaction(async (tx) => {
        const rows = tx.readAfter({ sql: 'SELECT nothing FROM latchkey_workspaces' }, []);
        await tx.query(INSERT_WORKSPACE, ['2', 'added']);
        return { rows };
      });
      await expect(failing.rows).rejects.toThrow('nothing');
      expect(await workspaceNames(opened.database)).toEqual(['added', 'added']);
    });

    it('takes back what its body did not wait for', async () => {
      const forgetful = opened.database.transaction((tx) => {
        const inserted = Array.from({ length: 50 }, (_, at) =>
          tx.query(INSERT_WORKSPACE, [`${at}`, `unawaited ${at}`]),
        );
        void Promise.allSettled(inserted);
        throw new Error('Changed my mind.');
      });
      await expect(forgetful).rejects.toThrow('Changed my mind.');
      await add('next');
      expect(await workspaceNames(opened.database)).toEqual(['next']);
    });
  });
});

/** Opens for all once so many have arrived. */
function gate(expected: number): { arrive: () => Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  let arrived = 0;
  return {
    arrive: () => {
      arrived += 1;
      if (arrived >= expected) open();
      return opened;
    },
  };
}
