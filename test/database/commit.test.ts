import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { OutcomeUnknownError, StoreUnavailableError } from '../../src/database/errors.js';
import { holdLock } from '../support/write-lock.js';
import { INSERT_WORKSPACE, openStore, workspaceNames, type OpenedStore } from './opened-store.js';

const LONGEST_CHANGE_MS = 10_000;

describe('a commit on PostgreSQL', () => {
  let opened: OpenedStore;

  beforeEach(async () => {
    opened = await openStore('postgres');
  });

  afterEach(() => opened.close());

  /** What the server runs as it commits a transaction that added a workspace. */
  const atCommit = async (statement: string) => {
    await opened.host.query(
      `CREATE FUNCTION fail_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${statement}; RETURN NULL; END $$`,
    );
    await opened.host.query(
      `CREATE CONSTRAINT TRIGGER fail_commit AFTER INSERT ON latchkey_workspaces
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fail_commit()`,
    );
  };

  const add = (name: string) => opened.database.transaction((tx) => tx.writeLast(INSERT_WORKSPACE, [name, name]));

  it.each([
    ['a session that ends', 'PERFORM pg_terminate_backend(pg_backend_pid())'],
    ['a pooler that lost its server', "RAISE EXCEPTION 'lost' USING ERRCODE = '08P01'"],
    ['a statement of which it is not known whether it was completed', "RAISE EXCEPTION 'lost' USING ERRCODE = '40003'"],
  ])('is of unknown outcome after %s', async (_, statement) => {
    await atCommit(statement);
    const failing = await add('lost').catch((error: unknown) => error);
    expect(failing).toBeInstanceOf(OutcomeUnknownError);
    expect(failing).toMatchObject({
      code: 'store.outcome_unknown',
      message: expect.stringContaining('a repeated DELETE'),
    });
  });

  it('is not come to by what is named by no id, which would be part of a statement', async () => {
    const body = () => add('never');
    const id = "x'; DELETE FROM latchkey_workspaces; --";
    const lookFor = { table: 'latchkey_workspaces', id, orElse: () => new Error('not found') };
    for (const options of [{ lookFor }, { queue: { id, alone: true } }, { queue: { id, alone: false } }]) {
      await expect(opened.database.transaction(body, options)).rejects.toThrow('Only what has an id');
    }
    expect(await workspaceNames(opened.database)).toEqual([]);
  });

  it('that the server refuses changes nothing, and its connection goes on', async () => {
    await atCommit("IF NEW.name = 'refused' THEN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END IF");
    await expect(add('refused')).rejects.toThrow(StoreUnavailableError);
    // More than there are connections.
    await Promise.all(Array.from({ length: 20 }, (_, at) => add(`${at}`)));
    const names = await workspaceNames(opened.database);
    expect(names).toHaveLength(20);
    expect(names).not.toContain('refused');
  });

  it('is answered soon where what is read after it is not', async () => {
    const release = await holdLock(opened.store, 'SELECT pg_advisory_xact_lock(1)');
    const beginning = performance.now();
    const { rows } = await opened.database.transaction(async (tx) => {
      const waiting = tx.readAfter({ sql: 'SELECT pg_advisory_xact_lock(1)' }, []);
      await tx.writeLast(INSERT_WORKSPACE, ['made', 'made']);
      return { rows: waiting };
    });
    expect(performance.now() - beginning).toBeLessThan(LONGEST_CHANGE_MS);
    await expect(rows).rejects.toThrow();
    await release();
    await Promise.all(Array.from({ length: 20 }, (_, at) => add(`${at}`)));
    expect(await workspaceNames(opened.database)).toHaveLength(21);
  });

  it('of which a last write fails changes nothing, and says what that write said', async () => {
    const failing = opened.database.transaction(async (tx) => {
      await tx.query(INSERT_WORKSPACE, ['first', 'first']);
      await tx.writeLast(INSERT_WORKSPACE, ['second', 'second']);
      await tx.writeLast(INSERT_WORKSPACE, ['second', 'twice']);
      await tx.writeLast(INSERT_WORKSPACE, ['third', 'third']);
    });
    await expect(failing).rejects.toMatchObject({ cause: { driverError: { code: '23505' } } });
    expect(await workspaceNames(opened.database)).toEqual([]);
    await Promise.all(Array.from({ length: 20 }, (_, at) => add(`${at}`)));
    expect(await workspaceNames(opened.database)).toHaveLength(20);
  });
});
