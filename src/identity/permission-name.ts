import { isSameNoun } from '../kernel/text/nearest.js';
import { PERMISSIONS } from './permission-catalogue.js';

/** The form of the name of a permission. */
export const PERMISSION_NAME = /^[A-Za-z][A-Za-z0-9_.-]*:[A-Za-z][A-Za-z0-9_.-]*$/;

/** The form of what a key can be asked for: a permission by its name, all of a resource, or everything. */
export const GRANT_FORM = /^(?:\*|[A-Za-z][A-Za-z0-9_.-]*:(?:\*|[A-Za-z][A-Za-z0-9_.-]*))$/;

/** The length of the longest name of a permission. */
export const LONGEST_PERMISSION = 100;

/** The same in words, to be read after "must be". */
export const PERMISSION_NAME_RULE =
  'resource:action, such as orders:refund: each a letter, then letters, digits, _ . or -';

/** {@link GRANT_FORM} in words, to be read after "must be". */
export const GRANT_RULE = `*, resource:* or ${PERMISSION_NAME_RULE}`;

const RESOURCES: readonly string[] = [...new Set(PERMISSIONS.map(({ name }) => resourceOf(name)))];

const [COLON, STAR] = [58, 42];

/** {@link GRANT_FORM} without a regular expression, which takes four times as long. */
export function hasGrantForm(text: string): boolean {
  if (text === '*') return true;
  const last = text.length - 1;
  let colon = -1;
  for (let at = 0; at <= last; at += 1) {
    const code = text.charCodeAt(at);
    if (isLetter(code)) continue;
    const isFirst = at === colon + 1;
    if (code === COLON && colon < 0 && !isFirst) colon = at;
    else if (code === STAR) return isFirst && at === last && colon > 0;
    else if (isFirst || !isDigitOrMark(code)) return false;
  }
  return colon > 0 && colon < last;
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
}

function isDigitOrMark(code: number): boolean {
  return (code >= 48 && code <= 57) || code === 95 || code === 46 || code === 45;
}

/** The resource of `resource:action`; empty if it is not of this form. */
export function resourceOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(':')));
}

/**
 * The resource of Latchkey's own that a resource is, or can be mistaken for: the same word but for its case, separators
 * and the plural. Undefined if it is free for applications.
 */
export function builtInResourceLike(resource: string): string | undefined {
  return RESOURCES.find((own) => isSameNoun(resource, own));
}

/** Why no application has such a resource, to be read after its name. */
export function reservedBy(resource: string, own: string): string {
  const likeness = resource === own ? '' : `reads like ${own}, which `;
  return `${resource} ${likeness}is a resource of Latchkey itself.`;
}

/** Which of the grants is the reason that a permission is held: itself, or the first wildcard that covers it. */
export function grantOf(grants: readonly string[], permission: string): string | undefined {
  const wildcards = ['*', `${resourceOf(permission)}:*`];
  return grants.includes(permission) ? permission : grants.find((grant) => wildcards.includes(grant));
}
