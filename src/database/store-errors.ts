import { TypeORMError } from 'typeorm';
import { LatchkeyError } from '../kernel/latchkey-error.js';
import { StoreUnavailableError } from './errors.js';

const UNIQUE_VIOLATIONS = new Set(['23505', 'SQLITE_CONSTRAINT_UNIQUE', 'SQLITE_CONSTRAINT_PRIMARYKEY']);

// SQLSTATE, of which none begins with an E as the codes of the operating system do; or SQLite's own.
const ANSWER = /^([0-9A-DF-Z][0-9A-Z]{4}|SQLITE_\w+)$/;

/** Tells whether a statement failed because a unique constraint or index forbids it. */
export function isUniqueViolation(error: unknown): boolean {
  const { code, message } = driverErrorOf(error);
  return UNIQUE_VIOLATIONS.has(code) || (code === 'SQLITE_CONSTRAINT' && message.includes('UNIQUE constraint failed'));
}

/** Tells whether a lock was waited for too long on PostgreSQL. */
export function isLockTimeout(error: unknown): boolean {
  return driverErrorOf(error).code === '55P03';
}

/** Tells whether SQLite refused a statement because somebody else holds a lock. */
export function isBusy(error: unknown): boolean {
  return driverErrorOf(error).code.startsWith('SQLITE_BUSY');
}

/** Tells whether PostgreSQL has no connection to give now. */
export function isServerFull(error: unknown): boolean {
  return driverErrorOf(error).code === '53300';
}

/** Tells whether the database itself refused a statement: its connection is in order. */
export function isAnswer(error: unknown): boolean {
  return ANSWER.test(driverErrorOf(error).code);
}

// Of SQLSTATE: the connection, a statement of which it is not known whether it was completed, and the end of the session.
const UNKNOWN = /^(08|40003|57P0|SQLITE_IOERR)/;

/**
 * Tells whether a `COMMIT` that failed certainly committed nothing. A server that ends the session as it answers, a
 * pooler that lost its server, and a disk that fails may have made the change durable.
 */
export function isRolledBack(error: unknown): boolean {
  const { code, severity } = driverErrorOf(error);
  return isAnswer(error) && !UNKNOWN.test(code) && severity !== 'FATAL' && severity !== 'PANIC';
}

// It does not exist, it exists already, or the columns of its answer have changed since.
const LOST_PREPARATION = new Set(['26000', '42P05', '0A000']);

/** Tells whether a prepared statement was not run, for the session no longer has it as it was prepared. */
export function isPreparationLost(error: unknown): boolean {
  return LOST_PREPARATION.has(driverErrorOf(error).code);
}

/** The same where it is not the statement that has changed: who asks next may be led to another session. */
export function isSessionAnother(error: unknown): boolean {
  return isPreparationLost(error) && driverErrorOf(error).code !== '0A000';
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
  severity?: unknown;
}

function driverErrorOf(error: unknown): { code: string; message: string; severity: string } {
  const { driverError = error } = (error ?? {}) as { driverError?: unknown };
  const { code, message, severity } = (driverError ?? {}) as DriverError;
  return { code: textOf(code), message: textOf(message), severity: textOf(severity) };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
