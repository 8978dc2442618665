import { newId } from '../kernel/ids.js';

export type Outcome = 'success' | 'failure' | 'denied';

/** What an event is about. */
export interface Target {
  /** A resource of ours (`apikey`, `workspace`, …), or a host's own. */
  type: string;
  id: string;
  display: string;
}

/** One field of a change. Values are as the API shows them; never a secret or its hash. */
export interface Change {
  field: string;
  before: unknown;
  after: unknown;
}

export interface EventFacts {
  workspaceId: string | null;
  targets?: Target[];
  changes?: Change[];
  /** Why, in the caller's words. */
  reason?: string | null;
  outcome?: Outcome;
  /** The HTTP status that a refused or failed attempt was answered with. */
  statusCode?: number | null;
  errorCode?: string | null;
}

/**
 * Something that happened: a past-tense class, and a wire name that never changes once released. Recorded in a unit of
 * work; see the catalogue in `docs/events.md`.
 */
export abstract class DomainEvent {
  /** The wire name, `resource.happened`. */
  abstract readonly action: string;

  readonly id = newId();
  readonly workspaceId: string | null;
  readonly targets: readonly Target[];
  readonly changes: readonly Change[];
  readonly reason: string | null;
  readonly outcome: Outcome;
  readonly statusCode: number | null;
  readonly errorCode: string | null;

  constructor(facts: EventFacts) {
    this.workspaceId = facts.workspaceId;
    this.targets = facts.targets ?? [];
    this.changes = facts.changes ?? [];
    this.reason = facts.reason ?? null;
    this.outcome = facts.outcome ?? 'success';
    this.statusCode = facts.statusCode ?? null;
    this.errorCode = facts.errorCode ?? null;
  }
}

/** A class of the catalogue of events: its wire name is known without an instance. */
export interface DomainEventClass {
  readonly action: string;
  readonly name: string;
}
