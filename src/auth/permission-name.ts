import { isSameNoun } from '../common/nearest.js';
import { PERMISSIONS } from './permission-catalogue.js';

/** The form of the name of a permission. */
export const PERMISSION_NAME = /^[A-Za-z][A-Za-z0-9_.-]*:[A-Za-z][A-Za-z0-9_.-]*$/;

/** The same in words, to be read after "must be". */
export const PERMISSION_NAME_RULE =
  'resource:action, such as orders:refund: each a letter, then letters, digits, _ . or -';

const RESOURCES: readonly string[] = [...new Set(PERMISSIONS.map(({ name }) => name.slice(0, name.indexOf(':'))))];

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
