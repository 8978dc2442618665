import { applyDecorators, type Type } from '@nestjs/common';
import { ApiProperty, getSchemaPath, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform, Type as TypeOf } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  Min,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
  type ValidationArguments,
} from 'class-validator';
import { isDateTime, LONGEST_DATE_TIME, toMoment } from './search-bounds.js';
import { isVisibleName } from '../kernel/text/visible-name.js';

/**
 * The fields of our DTOs. Each decorator says once what a field is: it validates the input and documents it in OpenAPI,
 * so that the two cannot part.
 */
export interface FieldOptions {
  description: string;
  example: unknown;
  /** May be absent. */
  optional?: boolean;
  /** May be null, which clears it. */
  nullable?: boolean;
  /** May also be sent as it is answered, as an object. */
  answered?: AnsweredForm;
}

interface AnsweredForm {
  /** The DTO of the answer. */
  type: Type<object>;
  members: readonly string[];
  /** The value that such an object says; null or undefined if it says none. */
  valueOf: (answer: Record<string, unknown>) => unknown;
}

/** Which form a text must have. */
interface TextForm {
  pattern: RegExp;
  /** The same in words, to be read after "must be". */
  rule: string;
}

/** Text of `min` (1) to `max` characters, which are Unicode code points, as JSON Schema and PostgreSQL count them. */
export function Text({ min = 1, max, form, ...field }: FieldOptions & { min?: number; max: number; form?: TextForm }) {
  return Field(
    field,
    { type: String, minLength: min, maxLength: max, ...(form && { pattern: form.pattern.source }) },
    IsString({ message: '$property must be a string.' }),
    Validate(HasLength, [min, max], { message: `$property must have ${min} to ${max} characters.` }),
    ...(form ? [Matches(form.pattern, { message: `$property must be ${form.rule}.` })] : []),
  );
}

/** A name for people, of up to 100 characters, all of which can be seen; of white space, single spaces inside. */
export function Name(field: FieldOptions) {
  return Field(
    field,
    { type: String, minLength: 1, maxLength: 100, pattern: String.raw`^\S+( \S+)*$` },
    IsString({ message: '$property must be a string.' }),
    Validate(HasLength, [1, 100], { message: '$property must have 1 to 100 characters.' }),
    Validate(IsVisible),
    marked(SHOWN),
  );
}

/** Text that names something and is shown as it is, on the trail too: nothing that may have been a credential. */
export function Identifier(options: FieldOptions & { max: number; form: TextForm }): PropertyDecorator {
  return applyDecorators(Text(options), marked(SHOWN));
}

const CREDENTIALS = Symbol('latchkey.credentials');
const MOMENTS = Symbol('latchkey.moments');
const SHOWN = Symbol('latchkey.shown');

/** Text that is a credential, which no other field may hold. It is neither stored nor logged, and no message repeats it. */
export function Credential(options: FieldOptions & { max: number }): PropertyDecorator {
  return applyDecorators(Text(options), marked(CREDENTIALS));
}

/** The names of the {@link Credential} fields of a DTO, by its prototype. */
export function credentialsOf(prototype: object): ReadonlySet<string> {
  return markedBy(CREDENTIALS, prototype);
}

/** The names of the fields of a DTO that a `Date` may stand for, by its prototype. */
export function momentsOf(prototype: object): ReadonlySet<string> {
  return markedBy(MOMENTS, prototype);
}

/** The names of the {@link Name} and {@link Identifier} fields of a DTO, by its prototype. */
export function shownOf(prototype: object): ReadonlySet<string> {
  return markedBy(SHOWN, prototype);
}

function marked(mark: symbol): PropertyDecorator {
  return (target, property) => {
    Reflect.defineMetadata(mark, new Set([...markedBy(mark, target), String(property)]), target);
  };
}

function markedBy(mark: symbol, prototype: object): ReadonlySet<string> {
  return (Reflect.getMetadata(mark, prototype) as ReadonlySet<string> | undefined) ?? NONE;
}

const NONE: ReadonlySet<string> = new Set();

/** A list of `min` (0) to `max` different texts of up to `maxLength` characters. */
export function TextList({
  min = 0,
  max,
  maxLength,
  form,
  ...field
}: FieldOptions & { min?: number; max: number; maxLength: number; form?: TextForm }) {
  return Field(
    field,
    { type: String, isArray: true, minItems: min, maxItems: max, ...(form && { pattern: form.pattern.source }) },
    IsArray({ message: '$property must be an array of strings.' }),
    ArrayMinSize(min, { message: `$property must have at least ${min} item.` }),
    ArrayMaxSize(max, { message: `$property must have at most ${max} items.` }),
    IsString({ each: true, message: 'each item of $property must be a string.' }),
    Validate(HasLength, [1, maxLength], {
      each: true,
      message: `each item of $property must have 1 to ${maxLength} characters.`,
    }),
    ...(form ? [Matches(form.pattern, { each: true, message: `each item of $property must be ${form.rule}.` })] : []),
    Validate(HasNoRepetition, { message: '$property must not name the same item twice.' }),
  );
}

/** A whole number from `min` to `max`. In a query, digits are read as one. */
export function WholeNumber({ min, max, ...field }: FieldOptions & { min: number; max: number }) {
  const rule = { message: `$property must be a whole number from ${min} to ${max}.` };
  return Field(field, { type: 'integer', minimum: min, maximum: max }, IsInt(rule), Min(min, rule), Max(max, rule));
}

/** A {@link WholeNumber} in a query string, where digits arrive as text. */
export function QueryNumber(options: FieldOptions & { min: number; max: number }) {
  const toNumber = Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value,
  );
  return applyDecorators(WholeNumber(options), toNumber);
}

/** true or false. */
export function Flag(field: FieldOptions) {
  return Field(field, { type: Boolean }, IsBoolean({ message: '$property must be true or false.' }));
}

/** One of the given words. */
export function OneOf(words: readonly string[], field: FieldOptions) {
  return Field(
    field,
    { type: String, enum: [...words] },
    IsIn(words, { message: `$property must be one of: ${words.join(', ')}.` }),
  );
}

const DATE_TIME = { type: String, format: 'date-time', maxLength: LONGEST_DATE_TIME };

/** A moment as RFC 3339 text with a time zone, in the years 1970 to 9999. The code of a host may give a `Date`. */
export function Moment(field: FieldOptions) {
  return Field(field, DATE_TIME, Validate(IsMoment), dateToText());
}

function dateToText(): PropertyDecorator {
  const toText = Transform(({ value }: { value: unknown }) => (isDate(value) ? value.toISOString() : value));
  return applyDecorators(toText, marked(MOMENTS));
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

/** Any date and time of RFC 3339 with a time zone, to search by. */
export function DateTime(field: FieldOptions) {
  return Field(field, DATE_TIME, dateToText(), Validate(IsDateTime));
}

/** A JSON object of at most `maxBytes` as text. Kept as it came, whatever its properties are named. */
export function JsonObject({ maxBytes, ...field }: FieldOptions & { maxBytes: number }) {
  return Field(
    field,
    { type: 'object', additionalProperties: true },
    IsObject({ message: '$property must be a JSON object.' }),
    Validate(IsSmallJson, [maxBytes]),
    Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]),
  );
}

/** A nested object with fields of its own. */
export function Nested(type: () => new () => object, field: FieldOptions) {
  return Field(
    field,
    { type: type() },
    IsObject({ message: '$property must be an object.' }),
    ValidateNested(),
    TypeOf(type),
  );
}

/** A field by its documentation and its rules; for the rare one that none of the others describes. */
export function Field(
  { optional, nullable, answered, ...documentation }: FieldOptions,
  schema: ApiPropertyOptions,
  ...rules: PropertyDecorator[]
): PropertyDecorator {
  const presence: PropertyDecorator[] = [];
  if (optional && nullable) presence.push(IsOptional());
  if (optional && !nullable) presence.push(ValidateIf((_, value) => value !== undefined));
  if (!optional && nullable) presence.push(ValidateIf((_, value) => value !== null));
  const documented = {
    ...(answered ? { oneOf: [typed(schema), { $ref: getSchemaPath(answered.type) }] } : schema),
    ...documentation,
    required: !optional,
    nullable: nullable ?? false,
  } as ApiPropertyOptions;
  const fromAnswer = answered ? [Transform(({ value }: { value: unknown }) => valueIn(value, answered))] : [];
  const knowledge = known({ ...documented, answered: answered?.members });
  return applyDecorators(ApiProperty(documented), knowledge, ...presence, ...rules, ...fromAnswer);
}

/** The type by its name in JSON Schema: behind `oneOf`, the generator writes schemas as they are. */
function typed(schema: ApiPropertyOptions): object {
  return schema.type === String ? { ...schema, type: 'string' } : schema;
}

function valueIn(value: unknown, { members, valueOf }: AnsweredForm): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  if (Object.keys(value).some((name) => !members.includes(name))) return value;
  return valueOf(value as Record<string, unknown>) ?? value;
}

const FIELDS = Symbol('latchkey.fields');

/** What is documented of a field, and the members of the object that may stand for it. */
type KnownField = ApiPropertyOptions & { answered?: readonly string[] };

type Fields = ReadonlyMap<string, KnownField>;

/** The fields of a DTO with their documentation, by its prototype or an instance. */
export function fieldsOf(dto: object): Fields {
  return (Reflect.getMetadata(FIELDS, dto) as Fields | undefined) ?? new Map();
}

function known(schema: KnownField): PropertyDecorator {
  return (target, property) => {
    Reflect.defineMetadata(FIELDS, new Map([...fieldsOf(target), [String(property), schema]]), target);
  };
}

// A time zone can carry a moment of the year 9999 into the next, which has a digit too many.
const BEHIND_YEAR_9999 = Date.UTC(10_000, 0);

/** Tells whether text is a moment of the years 1970 to 9999 in RFC 3339 form: neither 30 February nor a leap second. */
export function isMoment(text: unknown): text is string {
  const moment = isDateTime(text) ? toMoment(text) : undefined;
  return moment !== undefined && moment >= 0 && moment < BEHIND_YEAR_9999;
}

// Not class-validator's Length: that one does not count variation selectors.
@ValidatorConstraint({ name: 'hasLength' })
class HasLength implements ValidatorConstraintInterface {
  validate(value: unknown, { constraints }: ValidationArguments): boolean {
    if (typeof value !== 'string') return false;
    const [min, max] = constraints as [number, number];
    const length = Array.from(value).length;
    return length >= min && length <= max;
  }
}

// Not class-validator's ArrayUnique: that one looks for each item among all.
@ValidatorConstraint({ name: 'hasNoRepetition' })
class HasNoRepetition implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return Array.isArray(value) && new Set(value).size === value.length;
  }
}

@ValidatorConstraint({ name: 'isVisible' })
class IsVisible implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return typeof value !== 'string' || isVisibleName(value);
  }

  defaultMessage({ property }: ValidationArguments): string {
    return `${property} must have no invisible characters, no space at its ends, and no white space inside but single spaces; remove them.`;
  }
}

@ValidatorConstraint({ name: 'isMoment' })
class IsMoment implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isMoment(value);
  }

  defaultMessage({ property, value }: ValidationArguments): string {
    if (!isDateTime(value)) return notADateTime(property, value);
    return `${property} must lie in the years 1970 to 9999, and be no leap second.`;
  }
}

function notADateTime(property: string, value: unknown): string {
  if (typeof value === 'string' && value.length > LONGEST_DATE_TIME) {
    return `${property} must have at most ${LONGEST_DATE_TIME} characters.`;
  }
  return `${property} must be an RFC 3339 date and time with a time zone, such as 2030-01-31T12:00:00Z.`;
}

@ValidatorConstraint({ name: 'isDateTime' })
class IsDateTime implements ValidatorConstraintInterface {
  validate(value: unknown): boolean {
    return isDateTime(value);
  }

  defaultMessage({ property, value }: ValidationArguments): string {
    return notADateTime(property, value);
  }
}

@ValidatorConstraint({ name: 'isSmallJson' })
class IsSmallJson implements ValidatorConstraintInterface {
  validate(value: unknown, { constraints }: ValidationArguments): boolean {
    return Buffer.byteLength(JSON.stringify(value)) <= (constraints[0] as number);
  }

  defaultMessage({ property, constraints }: ValidationArguments): string {
    return `${property} must be at most ${String(constraints[0])} bytes as JSON.`;
  }
}
