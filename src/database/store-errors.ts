import { TypeORMError } from 'typeorm';
import { LatchkeyError, StoreUnavailableError } from '../common/latchkey-error.js';

const UNIQUE_VIOLATIONS = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

// SQLSTATE, of which none begins with an E as the codes of the operating system do; or SQLite's own.
const ANSWER = /^([0-9A-DF-Z][0-9A-Z]{4}|SQLITE_\w+)$/;

/** Tells whether a statement failed because a unique constraint or index forbids it. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, message } = driverErrorOf(error);
  return UNIQUE_VIOLATIONS.has(code) || (code === 'SQLITE_CONSTRAINT' && message.includes('UNIQUE constraint failed'));
}

/** Tells whether a statement failed because it refers to a row that does not exist. */
export function isForeignKeyViolation(error: unknown): boolean {
  const { code, message } = driverErrorOf(error);
  return (
    code === '23503' || (code.startsWith('SQLITE_CONSTRAINT') && message.includes('FOREIGN KEY constraint failed'))
  );
}

/** Tells whether SQLite refused a statement because somebody else holds a lock. */
export function isBusy(error: unknown): boolean {
  return driverErrorOf(error).code.startsWith('SQLITE_BUSY');
}

/** Tells whether the database itself refused a statement: its connection is in order. */
export function isAnswer(error: unknown): boolean {
  return ANSWER.test(driverErrorOf(error).code);
}

/** Tells whether a statement failed because a table is not there. */
export function isTableMissing(error: unknown): boolean {
  const { code, message } = driverErrorOf(error);
  return code === '42P01' || message.includes('no such table: ');
}

/** What a command threw, as callers may see it: the store's own errors become {@link StoreUnavailableError}. */
export function toStoreError(error: unknown): unknown {
  if (error instanceof LatchkeyError) return error;
  return error instanceof TypeORMError || driverErrorOf(error).code !== '' ? new StoreUnavailableError(error) : error;
}

interface DriverError {
  code?: unknown;
  message?: unknown;
}

function driverErrorOf(error: unknown): { code: string; message: string } {
  const { driverError = error } = (error ?? {}) as { driverError?: unknown };
  const { code, message } = (driverError ?? {}) as DriverError;
  return { code: typeof code === 'string' ? code : '', message: typeof message === 'string' ? message : '' };
}
