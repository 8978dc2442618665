import { isSameNoun } from '../common/nearest.js';
import { PERMISSIONS } from './permission-catalogue.js';

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
