import { RequestInvalidError } from './errors.js';
import { type FieldFault } from '../kernel/latchkey-error.js';
import type { SecretScanner } from '../kernel/keys/secret-scanner.js';

const DEEPEST = 32;
const LONGEST_NAME = 256;
// More than any field takes. What checks the fields takes longer for each value than this does.
const MOST_VALUES = 5000;
const MOST_CHARACTERS = 65_536;

/** What the input is, and which of its fields may hold what others may not, or less, by their names. */
interface InputKind {
  /** What the messages call it. */
  whole: 'body' | 'query';
  /** A credential. */
  credentials: ReadonlySet<string>;
  /** A `Date`. */
  moments: ReadonlySet<string>;
  /** A name, which is shown as it is; nothing that may have been a credential. */
  shown: ReadonlySet<string>;
}

/**
 * A copy of input that holds nothing but JSON, and a `Date` where a field may be one; properties that are undefined are
 * absent. Refuses what no field may carry, before anything looks closer: nesting deeper than 32, more than 64 KiB of
 * text, NUL, lone surrogates and numbers beyond double precision's range (none survives a round trip through every
 * store), names that reach for a prototype or are longer than 256, and credentials, which would otherwise be stored or
 * logged in the clear; where it is shown as it is, also what may have been one.
 *
 * @throws {RequestInvalidError} naming the field, never repeating its value.
 */
export function safeCopyOf(input: unknown, secrets: SecretScanner, kind: InputKind): unknown {
  return new SafeCopy(secrets, kind).of(input, '', 0);
}

class SafeCopy {
  private values = 0;
  private characters = 0;
  /** For a credential where none may be. */
  private readonly wayOut: string;

  constructor(
    private readonly secrets: SecretScanner,
    private readonly kind: InputKind,
  ) {
    const [place] = kind.credentials;
    this.wayOut = place
      ? `Send it as ${place}: no other field takes one.`
      : 'Remove it: credentials are never stored in the clear.';
  }

  of(value: unknown, field: string, depth: number): unknown {
    this.values += 1;
    switch (typeof value) {
      case 'boolean':
        return value;
      case 'string':
        return this.text(value, field, depth === 1);
      case 'number':
        if (Number.isFinite(value)) return value;
        return this.refuse(field, 'must be a number of at most 1.7e308.');
      case 'object':
        if (value === null) return null;
        // An invalid one stays for the field to refuse.
        if (value instanceof Date && depth === 1 && this.kind.moments.has(field)) return new Date(value);
        return this.composite(value, field, depth);
      default:
        return this.refuse(field, 'must be a value of JSON.');
    }
  }

  private text(text: string, field: string, isOfWhole: boolean): string {
    this.characters += text.length;
    if (this.characters > MOST_CHARACTERS) this.refuse(field, 'makes the input larger than 64 KiB.');
    const isCredential = isOfWhole && this.kind.credentials.has(field);
    refuseFault(this.textFault(text, this.named(field), isCredential ? undefined : this.secrets));
    if (isOfWhole && this.kind.shown.has(field) && this.secrets.redact(text) !== text) {
      this.refuse(field, 'looks like an API key or a part of one. Choose another: it is shown as it is.');
    }
    return text;
  }

  private composite(value: object, field: string, depth: number): unknown {
    if (depth >= DEEPEST) this.refuse(field, `is nested deeper than ${DEEPEST} levels.`);
    if (Array.isArray(value)) {
      this.reserve(value.length, field);
      return Array.from(value, (item, at) => this.of(item, field ? `${field}.${at}` : `${at}`, depth + 1));
    }
    // Maps, buffers and the like, whose content is not in their properties.
    if (Object.prototype.toString.call(value) !== '[object Object]') {
      return this.refuse(field, 'must be a value of JSON.');
    }
    return this.object(value, field, depth);
  }

  private object(value: object, field: string, depth: number): Record<string, unknown> {
    const given = Object.entries(value).filter(([, child]) => child !== undefined);
    this.reserve(given.length, field);
    const copy: Record<string, unknown> = {};
    for (const [name, child] of given) {
      this.characters += name.length;
      refuseFault(this.nameFault(name, this.named(field)));
      copy[name] = this.of(child, field ? `${field}.${name}` : name, depth + 1);
    }
    return copy;
  }

  private nameFault(name: string, field: string): FieldFault | undefined {
    const noun = this.kind.whole === 'query' ? 'parameter' : 'property';
    // Also those that every object inherits: class-transformer drops them without a word.
    if (name === 'prototype' || name in Object.prototype) {
      return { field, message: `${field} must not have a ${noun} named ${name}.` };
    }
    if (name.length > LONGEST_NAME) {
      return { field, message: `A ${noun} name in ${field} is longer than ${LONGEST_NAME} characters.` };
    }
    const fault = this.textFault(name, `A ${noun} name in ${field}`, this.secrets);
    return fault && { ...fault, field };
  }

  private textFault(text: string, field: string, secrets: SecretScanner | undefined): FieldFault | undefined {
    if (text.includes('\0')) return { field, message: `${field} must not contain the NUL character.` };
    if (!text.isWellFormed()) return { field, message: `${field} must be well-formed Unicode (no lone surrogates).` };
    if (secrets?.contains(text)) return { field, message: `${field} contains a credential. ${this.wayOut}` };
    return undefined;
  }

  private reserve(values: number, field: string): void {
    if (this.values + values > MOST_VALUES) this.refuse(field, 'holds too many values.');
  }

  private refuse(field: string, says: string): never {
    const named = this.named(field);
    throw new RequestInvalidError([{ field: named, message: `${named} ${says}` }]);
  }

  private named(field: string): string {
    return field || this.kind.whole;
  }
}

function refuseFault(fault: FieldFault | undefined): void {
  if (fault) throw new RequestInvalidError([fault]);
}
