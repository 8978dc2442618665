import { resourceOf } from '../identity/permission-name.js';
import { isSameNoun, isSameWord, isSlip, theOnly } from '../kernel/text/nearest.js';

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
 * The permission that is meant where the one that was written does not exist. Never a wildcard, nor anything for one; and
 * never one that merely looks alike, for a suggestion is followed. Of Latchkey's own permissions it is known which words
 * are slips for theirs. Of others only the same words are meant: `orders:export` may be one letter from what it is not.
 *
 * @param own the names of Latchkey's own permissions
 * @param others those of the host, and of applications
 */
export function suggestPermission(
  written: string,
  own: readonly string[],
  others: readonly string[],
): string | undefined {
  if (written.includes('*')) return undefined;
  const names = [...own, ...others];
  if (!written.includes(':')) return theOnly(names, (name) => isSameWord(written, name));
  const [resource, action] = [resourceOf(written), actionOf(written)];
  const owns = new Set(own);
  return theOnly(names, (name) => {
    if (!isSameNoun(resource, resourceOf(name)) && !(owns.has(name) && isSlip(resource, resourceOf(name))))
      return false;
    return isSameWord(action, actionOf(name)) || (owns.has(name) && isAction(action, actionOf(name)));
  });
}

function isAction(written: string, action: string): boolean {
  return isSlip(written, action) || SYNONYMS.get(written.toLowerCase()) === action;
}

function actionOf(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}
