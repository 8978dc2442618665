import { DomainEvent, type Change, type Outcome, type Target } from '../events/domain-event.js';

/** Something that a host's own user or program did. At most 64 KiB, as it is stored. */
export interface HostAction {
  /**
   * `resource.happened`, such as `order.refunded`: at most 100 letters, digits, `_` and `-`, with dots between. Not of a
   * resource of Latchkey's own.
   */
  action: string;
  /** What it was done to: at most 50. Ids have 1 to 255 characters, stay on the trail for ever, and are no secrets. */
  targets?: HostTarget[];
  /** Each changed field, before and after: values of JSON, or dates. At most 100, and 64 KiB as JSON. */
  changes?: HostChange[];
  /** Why, in at most 500 characters. */
  reason?: string | null;
  /** @default 'success' */
  outcome?: Outcome;
  /**
   * The workspace it happened in; null for none.
   *
   * @default the one the actor acts in
   */
  workspaceId?: string | null;
}

/** Something of the host's. */
export interface HostTarget extends Omit<Target, 'display'> {
  /**
   * A name for people, of at most 255 characters; may be erased from the trail later, the id may not.
   *
   * @default none
   */
  display?: string;
}

export interface HostChange extends Pick<Change, 'field'> {
  /** @default null */
  before?: unknown;
  /** @default null */
  after?: unknown;
}

/** A host's own action, as an event like ours. */
export class HostEvent extends DomainEvent {
  constructor(
    readonly action: string,
    { targets = [], changes = [], workspaceId, ...facts }: Omit<HostAction, 'action'> & { workspaceId: string | null },
  ) {
    super({
      ...facts,
      workspaceId: workspaceId?.toLowerCase() ?? null,
      targets: targets.map(({ type, id, display = '' }) => ({ type, id, display })),
      changes: changes.map(({ field, before = null, after = null }) => ({ field, before, after })),
    });
  }
}
