import { ESCALATION, type Attempt } from './attempt.js';
import { FairShares } from './fair-shares.js';
import { KnownKeyClients } from './known-key-clients.js';

const ITEMISED_A_WINDOW = 10;
const MINUTE_MS = 60_000;

/** Full records a minute of one source and kind, and of all callers without an acceptable credential. */
const BUDGETS = { source: 600, anonymous: 600, 'notices of the anonymous': 600, 'such notices to one workspace': 60 };

/** Full records a minute that workspaces share: see {@link FairShares}, which also bounds what all take of them. */
const SHARED = { callers: 6000, escalations: 6000, firsts: 6000, notices: 6000, strangers: 600 };

const NOBODYS = '';

type Shares = Record<keyof typeof SHARED, FairShares>;

/** A client's attempt with a key. `keyId` is null for an unknown key. */
export interface AttemptedUse {
  workspaceId: string | null;
  keyId: string | null;
  client: string;
}

/** A place among the full records, which is given back if the record cannot be written. */
export interface Place {
  giveBack(): void;
}

interface Budget extends Place {
  hasRoom(): boolean;
  take(): void;
}

/**
 * Decides which attempts become full records: ten a minute for each kind of refusal, source and aim; and a client's first
 * of the day with a key that is known. All that it remembers is bounded, for only full records are remembered. What comes
 * from one workspace, or with its keys, takes nothing of what another's attempts need.
 */
export class FloodRule {
  private readonly clients = new KnownKeyClients();
  private taken = new Map<string, number>();
  private shares = newShares();
  private endsAt = 0;

  /** Whether the minute that began with the first attempt after the one before is over. */
  isOver(now: number): boolean {
    return now >= this.endsAt;
  }

  startMinute(now: number): void {
    this.taken = new Map();
    this.shares = newShares();
    this.endsAt = now + MINUTE_MS;
  }

  /** @returns undefined if the attempt is to be counted. */
  take(attempt: Attempt, now: number): Place | undefined {
    return this.takeFirst(attempt, now) ?? takeAll([...this.budgetsOf(attempt), this.windowOf(attempt)]);
  }

  /** Whether it cannot be the client's first of the day with a key that is known. */
  isLater({ workspaceId, keyId, client }: AttemptedUse, now: number): boolean {
    // An unknown key is looked up like a known one, so that both take the same time.
    const use = { workspaceId: workspaceId ?? NOBODYS, keyId: keyId ?? NOBODYS, client };
    if (this.clients.has(use, now)) return true;
    if (keyId !== null) return false;
    this.clients.add(use, now);
    return true;
  }

  /** @returns undefined unless it is the client's first of the day with a key that is known. */
  takeFirst(attempt: Attempt, now: number): Place | undefined {
    const { refusedKey, source, event, actor, isNotice } = attempt;
    if (actor.type !== 'anonymous' || isNotice) return undefined;
    if (this.isLater({ workspaceId: event.workspaceId, keyId: refusedKey, client: source }, now)) return undefined;
    const use = { workspaceId: event.workspaceId ?? NOBODYS, keyId: refusedKey ?? NOBODYS, client: source };
    const place = takeAll([this.shares.firsts.of(use.workspaceId)]);
    if (!place) return undefined;
    if (!this.clients.add(use, now)) {
      place.giveBack();
      return undefined;
    }
    const inWindow = takeAll([this.windowOf(attempt)]);
    const giveBack = (): void => {
      place.giveBack();
      inWindow?.giveBack();
      this.clients.remove(use);
    };
    return { giveBack };
  }

  private budgetsOf(attempt: Attempt): Budget[] {
    const { actor, event, kind, source, isNotice } = attempt;
    const told = isNotice ? `told ${event.workspaceId}` : '';
    if (actor.type === 'anonymous') {
      return isNotice
        ? [this.budget('notices of the anonymous'), this.budget('such notices to one workspace', told)]
        : [this.budget('anonymous')];
    }
    // Of one kind: what a caller does in vain leaves room for what would be worse.
    const own = isNotice ? [] : [this.budget('source', `${kind} ${source}`)];
    // People of an identity provider are as many as like, and of no workspace: they share by what they aim at.
    if (actor.type === 'user' && actor.workspaceId === null) {
      return [...own, this.shares.strangers.of(told || `in ${event.workspaceId}`)];
    }
    // An operator acts in the workspaces of others.
    const caller = actor.type === 'operator' || actor.workspaceId === null ? source : actor.workspaceId;
    if (isNotice) return [this.shares.notices.of(`${caller} ${told}`)];
    return [...own, this.shares[event.errorCode === ESCALATION ? 'escalations' : 'callers'].of(caller)];
  }

  private windowOf({ kind, source, aim, event, isNotice }: Attempt): Budget {
    const trail = isNotice ? ` told ${event.workspaceId}` : '';
    return this.counted(`window ${kind} ${source} ${aim}${trail}`, ITEMISED_A_WINDOW);
  }

  private budget(name: keyof typeof BUDGETS, of = ''): Budget {
    return this.counted(`${name} ${of}`, BUDGETS[name]);
  }

  private counted(name: string, limit: number): Budget {
    const { taken } = this;
    const add = (count: number): void => void taken.set(name, (taken.get(name) ?? 0) + count);
    return { hasRoom: () => (taken.get(name) ?? 0) < limit, take: () => add(1), giveBack: () => add(-1) };
  }
}

function newShares(): Shares {
  return {
    callers: new FairShares(SHARED.callers),
    escalations: new FairShares(SHARED.escalations),
    firsts: new FairShares(SHARED.firsts),
    notices: new FairShares(SHARED.notices),
    strangers: new FairShares(SHARED.strangers),
  };
}

/** Takes one of each budget, or of none. */
function takeAll(budgets: readonly Budget[]): Place | undefined {
  if (!budgets.every((budget) => budget.hasRoom())) return undefined;
  for (const budget of budgets) budget.take();
  const giveBack = (): void => {
    for (const budget of budgets) budget.giveBack();
  };
  return { giveBack };
}
