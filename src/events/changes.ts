import { canonicalJson } from '../kernel/canonical-json.js';
import type { Change } from './domain-event.js';

type Fields = Readonly<Record<string, unknown>>;

/** What differs between two states of a thing, field by field; `{}` for before it was or after it is gone. */
export function changesBetween(before: Fields, after: Fields): Change[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .map((field) => ({ field, before: before[field] ?? null, after: after[field] ?? null }))
    .filter((change) => !isSame(change.before, change.after));
}

/** As JSON: neither the order of an object's members nor its class makes a difference. */
function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one) === canonicalJson(other);
}
