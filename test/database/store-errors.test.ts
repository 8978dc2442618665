import { describe, expect, it } from '@jest/globals';
import { QueryFailedError, TypeORMError } from 'typeorm';
import { StoreUnavailableError } from '../../src/database/errors.js';
import {
  isAnswer,
  isBusy,
  isLockTimeout,
  isPreparationLost,
  isRolledBack,
  isServerFull,
  isSessionAnother,
  isTableMissing,
  isUniqueViolation,
  toStoreError,
} from '../../src/database/store-errors.js';
import { WorkspaceNotFoundError } from '../../src/events/errors.js';

interface Facts {
  code?: unknown;
  severity?: string;
  message?: string;
}

/** As a driver throws it. */
const thrown = ({ message = 'failed', ...facts }: Facts) => Object.assign(new Error(message), facts);
/** As TypeORM throws it on. */
const wrapped = (facts: Facts) => new QueryFailedError('SELECT 1', [], thrown(facts));

const SORTS = {
  isAnswer,
  isBusy,
  isLockTimeout,
  isPreparationLost,
  isRolledBack,
  isServerFull,
  isSessionAnother,
  isTableMissing,
  isUniqueViolation,
};

type Sort = keyof typeof SORTS;

const SETTLED: Sort[] = ['isAnswer', 'isRolledBack'];

describe('what a database says', () => {
  it.each<[what: string, facts: Facts, sorts: Sort[]]>([
    ['a unique violation on PostgreSQL', { code: '23505' }, [...SETTLED, 'isUniqueViolation']],
    ['one on SQLite, by better-sqlite3', { code: 'SQLITE_CONSTRAINT_UNIQUE' }, [...SETTLED, 'isUniqueViolation']],
    ['one of a primary key', { code: 'SQLITE_CONSTRAINT_PRIMARYKEY' }, [...SETTLED, 'isUniqueViolation']],
    [
      'one by sqlite3, which tells it by its message',
      { code: 'SQLITE_CONSTRAINT', message: 'SQLITE_CONSTRAINT: UNIQUE constraint failed: keys.id' },
      [...SETTLED, 'isUniqueViolation'],
    ],
    ['another constraint by sqlite3', { code: 'SQLITE_CONSTRAINT', message: 'NOT NULL constraint failed' }, SETTLED],
    ['those words of somebody else', { message: 'UNIQUE constraint failed' }, []],
    ['a lock that was waited for too long', { code: '55P03' }, [...SETTLED, 'isLockTimeout']],
    ['a lock of SQLite', { code: 'SQLITE_BUSY' }, [...SETTLED, 'isBusy']],
    ['a lock that a reader of SQLite cannot get', { code: 'SQLITE_BUSY_SNAPSHOT' }, [...SETTLED, 'isBusy']],
    ['no room for a connection', { code: '53300', severity: 'FATAL' }, ['isAnswer', 'isServerFull']],
    ['a statement that is not there', { code: '26000' }, [...SETTLED, 'isPreparationLost', 'isSessionAnother']],
    ['one that is there already', { code: '42P05' }, [...SETTLED, 'isPreparationLost', 'isSessionAnother']],
    ['one whose answer has changed', { code: '0A000' }, [...SETTLED, 'isPreparationLost']],
    ['a table that is not there', { code: '42P01' }, [...SETTLED, 'isTableMissing']],
    [
      'one on SQLite',
      { code: 'SQLITE_ERROR', message: 'SQLITE_ERROR: no such table: keys' },
      [...SETTLED, 'isTableMissing'],
    ],
    ['the end of the connection', { code: '08006' }, ['isAnswer']],
    ['a commit of which it is not known whether it was completed', { code: '40003' }, ['isAnswer']],
    ['the end of the session by an administrator', { code: '57P01' }, ['isAnswer']],
    ['an error that ends the session', { code: '53200', severity: 'FATAL' }, ['isAnswer']],
    ['one that ends the server', { code: 'XX000', severity: 'PANIC' }, ['isAnswer']],
    ['one that does not', { code: 'XX000', severity: 'ERROR' }, SETTLED],
    ['a disk that fails', { code: 'SQLITE_IOERR' }, ['isAnswer']],
    ['a network that fails', { code: 'ECONNRESET' }, []],
    ['a number for a code', { code: 23505 }, []],
    ['nothing', {}, []],
  ])('is told from the rest: %s', (_, facts, sorts) => {
    for (const error of [thrown(facts), wrapped(facts)]) {
      const told = Object.entries(SORTS).filter(([, isIt]) => isIt(error));
      expect(told.map(([name]) => name).sort()).toEqual([...sorts].sort());
    }
  });

  it.each([undefined, null, 'failed', 1, {}])('is nothing where %p was thrown', (error) => {
    expect(Object.values(SORTS).some((isIt) => isIt(error))).toBe(false);
  });

  it('is unavailable to callers; what is not the database’s is thrown as it is', () => {
    for (const error of [thrown({ code: 'ECONNRESET' }), wrapped({}), new TypeORMError('failed')]) {
      expect(toStoreError(error)).toBeInstanceOf(StoreUnavailableError);
    }
    for (const error of [new WorkspaceNotFoundError(), new RangeError('mine'), undefined, 'failed']) {
      expect(toStoreError(error)).toBe(error);
    }
  });
});
