import type { SecretScanner } from '../kernel/keys/secret-scanner.js';
import { isSecretName } from './secret-names.js';

const DEEPEST = 4;
const DEFAULTS = { longestText: 200, mostItems: 20, members: 'any' } as const;

/** What stands for what is left out. */
export const CUT = '…';

/** How many characters may still be taken. */
export interface Budget {
  characters: number;
}

export interface Bounds {
  longestText?: number;
  mostItems?: number;
  /** Which members of an object are shown. Of the others the names are. */
  members?: 'any' | ReadonlySet<string>;
}

/**
 * A value of JSON that a caller wrote, as it may be kept: well-formed, without credentials and NUL, and bounded: long
 * texts and lists are cut, which `…` shows, and nothing is taken beyond the budget. Members with the name of a secret are
 * left out, too.
 */
export function boundedJson(value: unknown, secrets: SecretScanner, budget: Budget, bounds: Bounds = {}): unknown {
  return new BoundedJson(secrets, budget, { ...DEFAULTS, ...bounds }).of(value, 0);
}

class BoundedJson {
  constructor(
    private readonly secrets: SecretScanner,
    private readonly budget: Budget,
    private readonly bounds: Required<Bounds>,
  ) {}

  of(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value !== 'object' || value === null) return value ?? null;
    if (depth >= DEEPEST || this.budget.characters <= 0) return CUT;
    if (Array.isArray(value)) return this.list(value, depth);
    const members = Object.entries(value)
      .slice(0, this.bounds.mostItems)
      .map(([name, member]) => [this.text(name), this.isShown(name) ? this.of(member, depth + 1) : CUT] as const);
    return Object.fromEntries(members);
  }

  private list(list: readonly unknown[], depth: number): unknown[] {
    const { mostItems } = this.bounds;
    const kept = list.slice(0, mostItems).map((item) => (this.take(1) ? this.of(item, depth + 1) : CUT));
    return list.length > mostItems ? [...kept, CUT] : kept;
  }

  private isShown(name: string): boolean {
    const { members } = this.bounds;
    return members === 'any' ? !isSecretName(name) : members.has(name);
  }

  private text(text: string): string {
    const { longestText } = this.bounds;
    // Redacted whole: half a credential would not be found to be one.
    const clean = this.secrets.redact(text.toWellFormed()).replaceAll('\0', '\ufffd');
    const kept = clean.slice(0, Math.min(longestText, Math.max(0, this.budget.characters)));
    this.take(kept.length + 1);
    return kept.length < clean.length ? kept.toWellFormed() + CUT : kept;
  }

  private take(characters: number): boolean {
    if (this.budget.characters <= 0) return false;
    this.budget.characters -= characters;
    return true;
  }
}
