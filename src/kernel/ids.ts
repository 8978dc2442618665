import { v7, validate } from 'uuid';

/** A new UUIDv7 (RFC 9562): sorts by time of creation, strictly so within one process. */
export function newId(): string {
  return v7();
}

/** Tells whether text is a UUID of any version, in lower or upper case. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && validate(text);
}
