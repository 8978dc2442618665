import { RequestInvalidError, type FieldFault } from './latchkey-error.js';
import type { SecretScanner } from './secret-scanner.js';

const DEEPEST = 32;
const LONGEST_NAME = 256;

/**
 * Refuses input that no field may carry, before anything looks closer: nesting deeper than 32, NUL, lone surrogates and
 * numbers beyond double precision's range (none survives a round trip through every store), names that reach for a
 * prototype or are longer than 256, and credentials, which would otherwise be stored or logged in the clear. Walks
 * without recursion, so depth cannot exhaust the stack.
 *
 * @param credentials the names of the fields that hold a credential because they are meant to
 * @throws {RequestInvalidError} naming the field, never repeating its value.
 */
export function refuseUnsafeInput(
  input: unknown,
  secrets: SecretScanner,
  credentials: ReadonlySet<string> = new Set(),
): void {
  const rest: { field: string; value: unknown; depth: number }[] = [{ field: '', value: input, depth: 0 }];
  for (let next = rest.pop(); next; next = rest.pop()) {
    const { field, value, depth } = next;
    const isCredential = depth === 1 && credentials.has(field);
    if (typeof value === 'string') refuse(textFault(value, field || 'body', isCredential ? undefined : secrets));
    if (typeof value === 'number' && !Number.isFinite(value)) {
      refuse({ field, message: `${field} must be a number of at most 1.7e308.` });
    }
    if (typeof value !== 'object' || value === null) continue;
    if (depth >= DEEPEST) refuse({ field, message: `${field || 'body'} is nested deeper than ${DEEPEST} levels.` });
    for (const [name, child] of Object.entries(value)) {
      refuse(nameFault(name, field, secrets));
      rest.push({ field: field ? `${field}.${name}` : name, value: child, depth: depth + 1 });
    }
  }
}

function textFault(text: string, field: string, secrets: SecretScanner | undefined): FieldFault | undefined {
  if (text.includes('\0')) return { field, message: `${field} must not contain the NUL character.` };
  if (!text.isWellFormed()) return { field, message: `${field} must be well-formed Unicode (no lone surrogates).` };
  if (secrets?.contains(text)) {
    return { field, message: `${field} contains a credential. Remove it: credentials are never stored in the clear.` };
  }
  return undefined;
}

function nameFault(name: string, parent: string, secrets: SecretScanner): FieldFault | undefined {
  const field = parent || 'body';
  // Also those that every object inherits: class-transformer drops them without a word.
  if (name === 'prototype' || name in Object.prototype) {
    return { field, message: `${field} must not have a property named ${name}.` };
  }
  if (name.length > LONGEST_NAME) {
    return { field, message: `A property name in ${field} is longer than ${LONGEST_NAME} characters.` };
  }
  const fault = textFault(name, field, secrets);
  return fault && { field, message: fault.message.replace(field, `A property name in ${field}`) };
}

function refuse(fault: FieldFault | undefined): void {
  if (fault) throw new RequestInvalidError([fault]);
}
