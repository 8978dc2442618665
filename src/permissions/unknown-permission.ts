import { nearest } from '../common/nearest.js';

/** What actions of ours are called elsewhere. Only words for the same: `write` may mean more than `update`. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['read', 'view'],
  ['get', 'view'],
  ['list', 'view'],
  ['show', 'view'],
  ['edit', 'update'],
  ['modify', 'update'],
  ['change', 'update'],
  ['add', 'create'],
  ['remove', 'delete'],
  ['check', 'verify'],
  ['validate', 'verify'],
]);

/**
 * The permission that is meant where the one that was written does not exist: it is misspelt, or its action has another
 * name here. Never a wildcard, nor anything for one; and never an action that merely looks alike, for a suggestion is
 * followed.
 */
export function suggestPermission(written: string, names: readonly string[]): string | undefined {
  if (written.includes('*')) return undefined;
  const colon = written.indexOf(':');
  if (colon < 0) return nearest(written, names);
  const resource = sameOrNearest(written.slice(0, colon), names.map(resourceOf));
  const actions = names.filter((name) => resourceOf(name) === resource).map(actionOf);
  const action = written.slice(colon + 1);
  const synonym = SYNONYMS.get(action.toLowerCase());
  const meant = synonym !== undefined && actions.includes(synonym) ? synonym : sameOrNearest(action, actions);
  return meant === undefined ? undefined : `${resource}:${meant}`;
}

/** The resource of `resource:action`; empty if it is not of this form. */
export function resourceOf(name: string): string {
  return name.slice(0, Math.max(0, name.indexOf(':')));
}

function actionOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

function sameOrNearest(word: string, words: readonly string[]): string | undefined {
  return words.includes(word) ? word : nearest(word, words);
}
