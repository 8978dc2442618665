import { SetMetadata, type ExecutionContext } from '@nestjs/common';
import { isId } from '../common/ids.js';
import { headerOf, requestOf } from '../common/request.js';
import type { SecretScanner } from '../common/secret-scanner.js';
import type { Change } from '../events/domain-event.js';
import { boundedJson } from './bounded-json.js';

const LATCHKEY_ROUTES = Symbol('latchkey.routes');
const MOST_FIELDS = 20;
const LONGEST_NAME = 100;
const LONGEST_REFERENCE = 255;
const MOST_CHARACTERS = 4096;
const SECRETS = /^(api-?key|secret|password|token|authorization)$/i;
const HIDDEN = '[secret]';

/** Marks a controller as Latchkey's own. Nothing is known of what the bodies of a host's routes hold. */
export const OfLatchkey = (): ClassDecorator => SetMetadata(LATCHKEY_ROUTES, true);

export function isOfLatchkey(controller: object): boolean {
  return Reflect.getMetadata(LATCHKEY_ROUTES, controller) === true;
}

/**
 * What a request asks for, as the changes it would make: the fields of its body, bounded in number and size, without
 * credentials. Only at routes of Latchkey's own.
 */
export function askedFor(context: ExecutionContext, secrets: SecretScanner): Change[] {
  if (!isOfLatchkey(context.getClass())) return [];
  const { body } = requestOf(context);
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return [];
  const budget = { characters: MOST_CHARACTERS };
  return Object.entries(body)
    .slice(0, MOST_FIELDS)
    .map(([name, value]) => ({
      field: boundedJson(name, secrets, budget, LONGEST_NAME) as string,
      before: null,
      after: SECRETS.test(name) ? HIDDEN : boundedJson(value, secrets, budget),
    }));
}

/** The workspace that a request names: its id, or the host's own. */
export function namedWorkspace(context: ExecutionContext): string | undefined {
  const named = headerOf(requestOf(context), 'x-workspace-id');
  if (named === undefined || named === '' || named === '*' || named.length > LONGEST_REFERENCE) return undefined;
  return isId(named) ? named.toLowerCase() : named;
}
