import { Injectable, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { deepFreeze } from '../kernel/deep-freeze.js';
import { credentialsOf, fieldsOf, momentsOf, shownOf } from './fields.js';
import { RequestInvalidError } from './errors.js';
import { type FieldFault } from '../kernel/latchkey-error.js';
import { meantField } from './meant-field.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { safeCopyOf } from './unsafe-input.js';

const MOST_FAULTS = 20;
/** Others are quoted: where they begin and end could not be seen. */
const PLAIN_NAME = /^[\w.[\]$-]+$/;

/** What the messages call the input as a whole. */
type Whole = 'body' | 'query';

/** Input as a host may give it to a service: a moment may also be a `Date`. */
export type WithDates<T, Moments extends keyof T> = Omit<T, Moments> & { [Field in Moments]?: T[Field] | Date };

/**
 * Holds input to the rules of its DTO, whichever way it came: over REST, from the command line or from the code of a
 * host. Services check what they are given; what has been checked before passes at once.
 */
@Injectable()
export class InputChecker {
  private readonly checked = new WeakSet<object>();

  constructor(private readonly secrets: SecretScanner) {}

  /**
   * Checks unsafe input first, then each field. Unknown fields are refused, never dropped.
   *
   * @returns a frozen copy: what becomes of the input afterwards does not change it.
   * @throws {RequestInvalidError} naming each field at fault.
   */
  check<T extends object>(type: Type<T>, input: unknown, whole: Whole = 'body'): T {
    if (input instanceof type && this.checked.has(input)) return input;
    if (typeof input !== 'object' || input === null || Array.isArray(input)) {
      throw new RequestInvalidError([{ field: whole, message: `The ${whole} must be a JSON object.` }]);
    }
    const prototype = type.prototype as object;
    const copy = safeCopyOf(input, this.secrets, {
      whole,
      credentials: credentialsOf(prototype),
      moments: momentsOf(prototype),
      shown: shownOf(prototype),
    });
    const instance = plainToInstance(type, copy as object);
    const errors = validateSync(instance, {
      whitelist: true,
      forbidNonWhitelisted: true,
      // That is a class without fields, which takes none.
      forbidUnknownValues: false,
      stopAtFirstError: true,
    });
    if (errors.length > 0) throw new RequestInvalidError(faultsOf(errors, whole));
    this.checked.add(instance);
    return deepFreeze(instance);
  }
}

/** Thousands of unknown fields fit into a body; the answer and its record on the trail stay short. */
function faultsOf(errors: readonly ValidationError[], whole: Whole): FieldFault[] {
  const violations = errors.flatMap((error) => violationsOf(error));
  const faults = violations.slice(0, MOST_FAULTS).map((violation) => faultOf(violation, whole));
  const [next] = violations.slice(MOST_FAULTS);
  if (!next) return faults;
  return [
    ...faults,
    { field: next.field || whole, message: `${violations.length - MOST_FAULTS} more fields are wrong.` },
  ];
}

interface Violation {
  field: string;
  error: ValidationError;
  rule: string;
  message: string;
}

function violationsOf(error: ValidationError, parent = ''): Violation[] {
  const field = `${parent}${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({ field, error, rule, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => violationsOf(child, `${field}.`))];
}

function faultOf({ field, error, rule, message }: Violation, whole: Whole): FieldFault {
  if (rule === 'whitelistValidation') return unknownField(field, error, whole);
  // A query has nothing but texts, so a list is a parameter that was given more than once.
  if (whole === 'query' && Array.isArray(error.value)) {
    return { field, message: `${field} is given more than once. Give it once.` };
  }
  return { field, message: message.replace(error.property, field) };
}

function unknownField(field: string, { property, target = {} }: ValidationError, whole: Whole): FieldFault {
  const path = field.slice(0, field.length - property.length);
  if (property === '') {
    const parent = path.slice(0, -1) || whole;
    return { field: parent, message: `${parent} has a field without a name; remove it.` };
  }
  const shown = PLAIN_NAME.test(property) ? field : `${path}${JSON.stringify(property)}`;
  const meant = meantField(property, [...fieldsOf(target).keys()]);
  const wayOut = meant ? `did you mean ${path}${meant}?` : 'remove it.';
  return { field, message: `${shown} is not a known field; ${wayOut}` };
}
