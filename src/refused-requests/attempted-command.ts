import { SetMetadata, type ExecutionContext, type Type } from '@nestjs/common';
import { credentialsOf, fieldsOf } from '../input/fields.js';
import { isId } from '../kernel/ids.js';
import { queryOf } from '../http/request-query.js';
import { headerOf, requestOf, type HttpRequest } from '../http/request.js';
import type { SecretScanner } from '../kernel/keys/secret-scanner.js';
import type { Change } from '../events/domain-event.js';
import { boundedJson, CUT, type Budget } from './bounded-json.js';
import { inputOf } from '../http/route-input.js';

const LATCHKEY_ROUTES = Symbol('latchkey.routes');
const MOST_UNKNOWN = 20;
const LONGEST_NAME = 100;
const LONGEST_REFERENCE = 255;
const MOST_CHARACTERS = 4096;
const HIDDEN = '[secret]';

/**
 * What grants, and how much of it can be valid. It is told that far ahead of the other fields, whatever they hold, so that
 * no padding hides an attempt.
 */
const GRANTING: Readonly<Record<string, { mostItems: number; longestText: number }>> = {
  permissions: { mostItems: 200, longestText: 101 },
  roles: { mostItems: 20, longestText: 100 },
  owner: { mostItems: 2, longestText: 255 },
  enabled: { mostItems: 1, longestText: 100 },
  allowedIps: { mostItems: 100, longestText: 49 },
  rateLimit: { mostItems: 2, longestText: 100 },
  expirationDate: { mostItems: 1, longestText: 100 },
  expiresInSeconds: { mostItems: 1, longestText: 100 },
};
const FREE_TEXT = ['reason', 'description', 'metadata'];

/** Marks a controller as Latchkey's own. Nothing is known of what the bodies of a host's routes hold. */
export const OfLatchkey = (): ClassDecorator => SetMetadata(LATCHKEY_ROUTES, true);

export function isOfLatchkey(controller: object): boolean {
  return Reflect.getMetadata(LATCHKEY_ROUTES, controller) === true;
}

/** One field of what was sent, and what the route knows of it. */
interface Sent {
  field: string;
  name: string;
  value: unknown;
  dto: Type<object> | undefined;
}

/**
 * What a request asks for, as the changes it would make: the fields of its body, and those of its query as `query.dryRun`.
 * Bounded in number and size, without credentials; of fields that the route does not know, which may hold anything, the
 * names only. Only at routes of Latchkey's own.
 */
export function askedFor(context: ExecutionContext, secrets: SecretScanner): Change[] {
  if (!isOfLatchkey(context.getClass())) return [];
  const request = requestOf(context);
  const input = inputOf(context);
  const sent = [...sentIn(queryIn(request), input?.query, 'query.'), ...sentIn(request.body, input?.body, '')];
  const known = sent.filter(isKnown).sort((one, other) => rankOf(one) - rankOf(other));
  const unknown = sent.filter((one) => !isKnown(one)).slice(0, MOST_UNKNOWN);
  const budget = { characters: MOST_CHARACTERS };
  return [...known, ...unknown].map((one) => ({
    field: boundedJson(one.field, secrets, { characters: LONGEST_NAME }, { longestText: LONGEST_NAME }) as string,
    before: null,
    after: shown(one, secrets, budget),
  }));
}

function sentIn(values: unknown, dto: Type<object> | undefined, prefix: string): Sent[] {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) return [];
  return Object.entries(values as Record<string, unknown>).map(([name, value]) => ({
    field: `${prefix}${name}`,
    name,
    value,
    dto,
  }));
}

function queryIn(request: HttpRequest): Record<string, unknown> {
  try {
    return queryOf(request);
  } catch {
    return {};
  }
}

function isKnown({ name, dto }: Sent): boolean {
  return dto !== undefined && fieldsOf(dto.prototype as object).has(name);
}

function rankOf({ name }: Sent): number {
  if (name in GRANTING) return 0;
  return FREE_TEXT.includes(name) ? 2 : 1;
}

function shown({ name, value, dto }: Sent, secrets: SecretScanner, budget: Budget): unknown {
  const prototype = dto?.prototype as object | undefined;
  const schema = prototype && fieldsOf(prototype).get(name);
  if (!prototype || !schema) return CUT;
  if (credentialsOf(prototype).has(name)) return HIDDEN;
  const members =
    schema.type === 'object' ? 'any' : new Set([...(schema.answered ?? []), ...knownMembers(schema.type)]);
  const granted = GRANTING[name];
  if (!granted) return boundedJson(value, secrets, budget, { members });
  const own = { characters: granted.mostItems * (granted.longestText + 2) };
  return boundedJson(value, secrets, own, { ...granted, members });
}

/** The fields of a nested object, and of those within; none where none is expected. */
function knownMembers(type: unknown): string[] {
  const dto = typeof type === 'function' ? (type as Type<object>) : undefined;
  if (!dto) return [];
  return [...fieldsOf(dto.prototype as object)].flatMap(([name, { answered = [] }]) => [name, ...answered]);
}

/** The workspace that a request names: its id, or the host's own. */
export function namedWorkspace(context: ExecutionContext): string | undefined {
  const named = headerOf(requestOf(context), 'x-workspace-id');
  if (named === undefined || named === '' || named === '*' || named.length > LONGEST_REFERENCE) return undefined;
  return isId(named) ? named.toLowerCase() : named;
}
