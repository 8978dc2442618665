import type { Attempt } from './attempt.js';
import { KnownKeyClients } from './known-key-clients.js';

const ITEMISED_A_WINDOW = 10;
const MINUTE_MS = 60_000;
const ESCALATION = 'auth.escalation';

/** Full records a minute. All of an instance's are bounded by their sum. */
const BUDGETS = { anonymous: 600, source: 600, callers: 6000, escalations: 6000, firsts: 6000, notices: 6000 } as const;

/** A place among the full records, which is given back if the record cannot be written. */
export interface Place {
  giveBack(): void;
}

interface Budget {
  name: string;
  limit: number;
}

/**
 * Decides which attempts become full records: ten a minute for each kind of refusal, source and aim; and a client's first
 * of the day with a key that is known. All that it remembers is bounded, for only full records are remembered.
 */
export class FloodRule {
  private readonly clients = new KnownKeyClients();
  private taken = new Map<string, number>();
  private endsAt = 0;

  /** Whether the minute that began with the first attempt after the one before is over. */
  isOver(now: number): boolean {
    return now >= this.endsAt;
  }

  startMinute(now: number): void {
    this.taken = new Map();
    this.endsAt = now + MINUTE_MS;
  }

  /** @returns undefined if the attempt is to be counted. */
  take(attempt: Attempt, now: number): Place | undefined {
    return this.takeAsFirst(attempt, now) ?? this.takeAll(...budgetsOf(attempt), windowOf(attempt));
  }

  private takeAsFirst(attempt: Attempt, now: number): Place | undefined {
    const { refusedKey, source } = attempt;
    if (refusedKey === null) return undefined;
    const place = this.takeAll({ name: 'firsts', limit: BUDGETS.firsts });
    if (!place) return undefined;
    if (!this.clients.add(refusedKey, source, now)) {
      place.giveBack();
      return undefined;
    }
    const inWindow = this.takeAll(windowOf(attempt));
    const giveBack = (): void => {
      place.giveBack();
      inWindow?.giveBack();
      this.clients.remove(refusedKey, source);
    };
    return { giveBack };
  }

  /** Takes one of each budget, or of none. */
  private takeAll(...budgets: Budget[]): Place | undefined {
    const { taken } = this;
    if (budgets.some(({ name, limit }) => (taken.get(name) ?? 0) >= limit)) return undefined;
    for (const { name } of budgets) taken.set(name, (taken.get(name) ?? 0) + 1);
    const giveBack = (): void => {
      for (const { name } of budgets) taken.set(name, (taken.get(name) ?? 0) - 1);
    };
    return { giveBack };
  }
}

function budgetsOf({ actor, event, kind, source, isNotice }: Attempt): Budget[] {
  if (isNotice) return [{ name: 'notices', limit: BUDGETS.notices }];
  if (actor.type === 'anonymous') return [{ name: 'anonymous', limit: BUDGETS.anonymous }];
  const all = event.errorCode === ESCALATION ? 'escalations' : 'callers';
  return [
    { name: all, limit: BUDGETS[all] },
    // Of one kind: what a caller does in vain leaves room for what would be worse.
    { name: `${kind} ${source}`, limit: BUDGETS.source },
  ];
}

function windowOf({ kind, source, aim, event, isNotice }: Attempt): Budget {
  const trail = isNotice ? ` told ${event.workspaceId}` : '';
  return { name: `${kind} ${source} ${aim}${trail}`, limit: ITEMISED_A_WINDOW };
}
