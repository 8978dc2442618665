import type { Change, Target } from '../events/domain-event.js';
import type { Attempt } from './attempt.js';
import { BoundedCounts } from './bounded-counts.js';
import { AuditSuppressed } from './events.js';
import type { CountedTarget, KnownTargets } from './known-targets.js';

const MOST_WORKSPACES = 1000;
const MOST_DISPLAYS = 400;
/** Of what no caller can invent, more is named. */
const MOST_KNOWN_NAMED = 200;
const LOOKED_UP_TOGETHER = 500;
const COUNTED_TOGETHER = 500;
const MOST_WAITING = 5000;
const NO_WORKSPACE = '';
const CREDENTIAL = /^(apikey|user|operator):(.+)$/s;

/** The attempts that were counted in one workspace (`''`: in none). */
export class SuppressedInWorkspace {
  private readonly kinds = new BoundedCounts();
  private readonly actions = new BoundedCounts();
  /** The workspace's own credentials, and operators: callers from elsewhere, who may be as many as they like, push none out. */
  private readonly ownSources = new BoundedCounts();
  private readonly otherSources = new BoundedCounts();
  private readonly targets = new BoundedCounts(MOST_KNOWN_NAMED);
  private readonly routes = new BoundedCounts(MOST_KNOWN_NAMED);
  private readonly displays = new Map<string, string>();
  private unknownTargets = 0;

  constructor(readonly workspaceId: string) {}

  add({ action, kind, source, route, isOwn, display }: CountedAttempt): void {
    this.actions.add(action);
    this.kinds.add(kind);
    this.routes.add(route);
    (isOwn ? this.ownSources : this.otherSources).add(source);
    this.show(source, display);
  }

  /** Whether the target is known to exist, or to have existed, in the workspace. */
  knows({ type, id }: Omit<Target, 'display'>): boolean {
    return this.targets.has(`${type}:${id}`);
  }

  addKnownTarget({ type, id }: Omit<Target, 'display'>, display: string, count = 1): void {
    this.targets.add(`${type}:${id}`, count);
    this.show(`${type}:${id}`, display);
  }

  addUnknownTarget(count: number): void {
    this.unknownTargets += count;
  }

  addAll(more: SuppressedInWorkspace): void {
    this.actions.addAll(more.actions);
    this.kinds.addAll(more.kinds);
    this.ownSources.addAll(more.ownSources);
    this.otherSources.addAll(more.otherSources);
    this.targets.addAll(more.targets);
    this.routes.addAll(more.routes);
    this.unknownTargets += more.unknownTargets;
    for (const [name, display] of more.displays) this.show(name, display);
  }

  toEvent(): AuditSuppressed {
    const changes = [
      ...this.actions.ranking().named.map(({ name, count }) => ({ field: name, before: null, after: count })),
      ...changeOf('kinds', this.kinds),
      ...changeOf('sources', this.ownSources, this.otherSources),
      ...changeOf('targets', this.targets),
      ...(this.unknownTargets > 0 ? [{ field: 'unknownTargets', before: null, after: this.unknownTargets }] : []),
      ...changeOf('routes', this.routes),
    ];
    return new AuditSuppressed({ workspaceId: this.workspaceId || null, targets: this.concerned(), changes });
  }
  /**
   * The credentials it came from and what it was aimed at, most frequent first. Not the networks, which are in the
   * changes: those can be erased, an id cannot.
   */
  private concerned(): Target[] {
    const sources = [this.ownSources, this.otherSources].flatMap((counts) => counts.ranking().named);
    const credentials = sources.filter(({ name }) => CREDENTIAL.test(name));
    const ranked = [...credentials, ...this.targets.ranking().named].sort((one, other) => other.count - one.count);
    return [...new Set(ranked.map(({ name }) => name))].map((name) => {
      const at = name.indexOf(':');
      return { type: name.slice(0, at), id: name.slice(at + 1), display: this.displays.get(name) ?? '' };
    });
  }

  private show(name: string, display: string): void {
    if (display !== '' && this.displays.size < MOST_DISPLAYS) this.displays.set(name, display);
  }
}

/** What is counted of an attempt: the request can go. */
interface CountedAttempt extends Pick<Attempt, 'kind' | 'source' | 'route' | 'refusedKey'> {
  workspaceId: string | null;
  action: string;
  targets: readonly Target[];
  /** Whether a credential of the workspace made it, or an operator. */
  isOwn: boolean;
  display: string;
}

/** A target of which it is not known yet whether it exists. */
interface WaitingTarget extends CountedTarget {
  display: string;
  count: number;
}

/**
 * What was counted instead of itemised. Bounded, however much comes. What exists is told apart from what a caller invented,
 * who else could hide an attempt at a key behind attempts at nothing: many targets are looked up together.
 */
export class SuppressedAttempts {
  private readonly workspaces = new Map<string, SuppressedInWorkspace>();
  private uncounted: CountedAttempt[] = [];
  private waiting = new Map<string, WaitingTarget>();
  private looksUpAt = LOOKED_UP_TOGETHER;
  private running: Promise<void> | undefined;

  constructor(private readonly known: KnownTargets) {}

  get all(): SuppressedInWorkspace[] {
    return [...this.workspaces.values()];
  }

  /**
   * Queues the attempt. Attempts are counted in batches, so that the time of an answer does not depend on the target.
   * Resolves when there is room for more: a slow store slows down the callers that flood it.
   */
  async add(attempt: Attempt): Promise<void> {
    this.uncounted.push(countedOf(attempt));
    if (this.uncounted.length >= COUNTED_TOGETHER) this.countAll();
    if (this.waiting.size >= this.looksUpAt) await this.lookUp().catch(() => undefined);
  }

  addAll(more: SuppressedAttempts): void {
    more.countAll();
    for (const counts of more.all) this.addCounts(counts);
    for (const target of more.waiting.values()) this.wait(target);
  }

  addCounts(more: SuppressedInWorkspace): void {
    this.in(more.workspaceId).addAll(more);
  }

  /**
   * Resolves when all targets counted so far are told apart.
   *
   * @throws {StoreUnavailableError} if the store cannot answer: then they wait on.
   */
  async settle(): Promise<void> {
    this.countAll();
    while (this.waiting.size > 0) await this.lookUp();
  }

  private countAll(): void {
    const attempts = this.uncounted;
    this.uncounted = [];
    for (const attempt of attempts) this.count(attempt);
  }

  private count(attempt: CountedAttempt): void {
    const { workspaceId, targets, refusedKey } = attempt;
    const counts = this.in(workspaceId ?? NO_WORKSPACE);
    counts.add(attempt);
    for (const target of targets) {
      const isKnown = counts.knows(target) || (target.type === 'apikey' && target.id === refusedKey);
      if (isKnown) counts.addKnownTarget(target, target.display);
      else this.wait({ ...target, workspaceId: counts.workspaceId || null, count: 1 });
    }
  }

  private wait(target: WaitingTarget): void {
    const { workspaceId, type, id, count } = target;
    const name = `${workspaceId} ${type}:${id}`;
    const same = this.waiting.get(name);
    if (same) same.count += count;
    else if (this.waiting.size < MOST_WAITING) this.waiting.set(name, target);
    else this.in(workspaceId ?? NO_WORKSPACE).addUnknownTarget(count);
  }

  private lookUp(): Promise<void> {
    this.running ??= this.tellApart().finally(() => (this.running = undefined));
    return this.running;
  }

  private async tellApart(): Promise<void> {
    const asked = [...this.waiting.values()];
    this.waiting = new Map();
    try {
      const known = await this.known.find(asked);
      for (const target of asked) {
        const counts = this.in(target.workspaceId ?? NO_WORKSPACE);
        if (known.has(target)) counts.addKnownTarget(target, target.display, target.count);
        else counts.addUnknownTarget(target.count);
      }
      this.looksUpAt = LOOKED_UP_TOGETHER;
    } catch (error) {
      for (const target of asked) this.wait(target);
      // Not again at once: each of those who wait for it would wait as long as the store takes to fail.
      this.looksUpAt = this.waiting.size + LOOKED_UP_TOGETHER;
      throw error;
    }
  }

  private in(workspaceId: string): SuppressedInWorkspace {
    const known = this.workspaces.get(workspaceId);
    if (known) return known;
    // Of what is in still more workspaces the operators learn.
    if (this.workspaces.size >= MOST_WORKSPACES && workspaceId !== NO_WORKSPACE) return this.in(NO_WORKSPACE);
    const opened = new SuppressedInWorkspace(workspaceId);
    this.workspaces.set(workspaceId, opened);
    return opened;
  }
}

function countedOf({ actor, event, kind, source, route, refusedKey }: Attempt): CountedAttempt {
  const { type, workspaceId, display } = actor;
  const isOwn = type === 'operator' || (workspaceId !== null && workspaceId === event.workspaceId);
  const { action, targets } = event;
  const shown = type === 'anonymous' ? '' : display;
  return { workspaceId: event.workspaceId, action, targets, kind, source, route, refusedKey, isOwn, display: shown };
}

/** Of the names that are counted apart, each has its fifty: the first of them stand first. */
function changeOf(field: string, ...all: BoundedCounts[]): Change[] {
  const rankings = all.map((counts) => counts.ranking());
  const named = rankings.flatMap((ranking) => ranking.named);
  if (named.length === 0) return [];
  const others = rankings.reduce((sum, ranking) => sum + ranking.others, 0);
  return [{ field, before: null, after: others === 0 ? named : [...named, { name: 'others', count: others }] }];
}
