import type { SecretScanner } from '../common/secret-scanner.js';

const LONGEST_TEXT = 200;
const MOST_ITEMS = 20;
const DEEPEST = 4;
const CUT = '…';

/** How many characters may still be taken. */
export interface Budget {
  characters: number;
}

/**
 * A value of JSON that a caller wrote, as it may be kept: well-formed, without credentials and NUL, and bounded: long
 * texts and lists are cut, which `…` shows, and nothing is taken beyond the budget.
 */
export function boundedJson(
  value: unknown,
  secrets: SecretScanner,
  budget: Budget,
  longestText = LONGEST_TEXT,
  depth = 0,
): unknown {
  if (typeof value === 'string') return boundedText(value, secrets, budget, longestText);
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value !== 'object' || value === null) return value ?? null;
  if (depth >= DEEPEST || budget.characters <= 0) return CUT;
  const next = (child: unknown): unknown => boundedJson(child, secrets, budget, longestText, depth + 1);
  if (Array.isArray(value)) return cutList(value).map((item) => (take(budget, 1) ? next(item) : CUT));
  const members = Object.entries(value)
    .slice(0, MOST_ITEMS)
    .map(([name, member]) => [boundedText(name, secrets, budget, longestText), next(member)] as const);
  return Object.fromEntries(members);
}

function cutList(list: readonly unknown[]): readonly unknown[] {
  return list.length > MOST_ITEMS ? [...list.slice(0, MOST_ITEMS), CUT] : list;
}

function boundedText(text: string, secrets: SecretScanner, budget: Budget, longest: number): string {
  // Redacted whole: half a credential would not be found to be one.
  const clean = secrets.redact(text.toWellFormed()).replaceAll('\0', '\ufffd');
  const kept = clean.slice(0, Math.min(longest, Math.max(0, budget.characters)));
  take(budget, kept.length + 1);
  return kept.length < clean.length ? kept.toWellFormed() + CUT : kept;
}

function take(budget: Budget, characters: number): boolean {
  if (budget.characters <= 0) return false;
  budget.characters -= characters;
  return true;
}
