import type { Change, Target } from '../events/domain-event.js';
import type { Attempt } from './attempt.js';
import { BoundedCounts } from './bounded-counts.js';
import { AuditSuppressed } from './events.js';

const MOST_WORKSPACES = 1000;
const MOST_DISPLAYS = 200;
const NO_WORKSPACE = '';
const IN_SOURCE = /^(apikey|user|operator):(.+)$/s;

/** The attempts that were counted in one workspace (`''`: in none). */
export class SuppressedInWorkspace {
  private readonly actions = new BoundedCounts();
  private readonly sources = new BoundedCounts();
  private readonly targets = new BoundedCounts();
  private readonly routes = new BoundedCounts();
  private readonly displays = new Map<string, string>();

  constructor(readonly workspaceId: string) {}

  add({ actor, event, source, route }: Attempt): void {
    this.actions.add(event.action);
    this.sources.add(source);
    this.routes.add(route);
    this.show(source, actor.display);
    for (const { type, id, display } of event.targets) {
      this.targets.add(`${type}:${id}`);
      this.show(`${type}:${id}`, display);
    }
  }

  addAll(more: SuppressedInWorkspace): void {
    this.actions.addAll(more.actions);
    this.sources.addAll(more.sources);
    this.targets.addAll(more.targets);
    this.routes.addAll(more.routes);
    for (const [name, display] of more.displays) this.show(name, display);
  }

  toEvent(): AuditSuppressed {
    const changes = [
      ...this.actions.ranking().named.map(({ name, count }) => ({ field: name, before: null, after: count })),
      ...changeOf('sources', this.sources),
      ...changeOf('targets', this.targets),
      ...changeOf('routes', this.routes),
    ];
    return new AuditSuppressed({ workspaceId: this.workspaceId || null, targets: this.concerned(), changes });
  }

  /**
   * The credentials it came from and what it was aimed at, most frequent first. Not the networks, which are in the
   * changes: those can be erased, an id cannot.
   */
  private concerned(): Target[] {
    const sources = this.sources.ranking().named.filter(({ name }) => IN_SOURCE.test(name));
    const ranked = [...sources, ...this.targets.ranking().named].sort((one, other) => other.count - one.count);
    return [...new Set(ranked.map(({ name }) => name))].map((name) => {
      const at = name.indexOf(':');
      return { type: name.slice(0, at), id: name.slice(at + 1), display: this.displays.get(name) ?? '' };
    });
  }

  private show(name: string, display: string): void {
    if (display !== '' && this.displays.size < MOST_DISPLAYS) this.displays.set(name, display);
  }
}

/** What was counted instead of itemised. Bounded, however much comes. */
export class SuppressedAttempts {
  private readonly workspaces = new Map<string, SuppressedInWorkspace>();

  get all(): SuppressedInWorkspace[] {
    return [...this.workspaces.values()];
  }

  add(attempt: Attempt): void {
    this.in(attempt.event.workspaceId ?? NO_WORKSPACE).add(attempt);
  }

  addAll(more: SuppressedInWorkspace): void {
    this.in(more.workspaceId).addAll(more);
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

function changeOf(field: string, counts: BoundedCounts): Change[] {
  const { named, others } = counts.ranking();
  if (named.length === 0) return [];
  return [{ field, before: null, after: others === 0 ? named : [...named, { name: 'others', count: others }] }];
}
