import { isId } from '../common/ids.js';
import type { SecretScanner } from '../common/secret-scanner.js';
import { canonicalJson } from '../common/canonical-json.js';
import { DomainEvent, type Change, type Outcome, type Target } from '../events/domain-event.js';

/** Something that a host's own user or program did. */
export interface HostAction {
  /**
   * `resource.happened`, such as `order.refunded`: at most 100 letters, digits, `_` and `-`, with dots between. Not of a
   * resource of Latchkey's own.
   */
  action: string;
  /** What it was done to. Ids have 1 to 255 characters, stay on the trail for ever, and are no secrets. */
  targets?: HostTarget[];
  /** Each changed field, before and after: values of JSON, or dates. */
  changes?: HostChange[];
  /** Why, in words. */
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
   * A name for people; may be erased from the trail later, the id may not.
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

const ACTION = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)+$/;
const LONGEST_ACTION = 100;
const LONGEST_ID = 255;
const OURS = new Set(['apikey', 'audit', 'auth', 'member', 'permission', 'request', 'role', 'system', 'workspace']);

/** A host's own action, as an event like ours. */
export class HostEvent extends DomainEvent {
  constructor(
    readonly action: string,
    { targets = [], changes = [], workspaceId, ...facts }: HostAction & { workspaceId: string | null },
  ) {
    super({
      ...facts,
      workspaceId: workspaceId?.toLowerCase() ?? null,
      targets: targets.map(({ type, id, display = '' }) => ({ type, id, display })),
      changes: changes.map(({ field, before = null, after = null }) => ({ field, before, after })),
    });
  }
}

/** @throws {Error} naming what cannot be on the trail; it is a fault of the code that calls. */
export function assertRecordable(
  { action, targets = [], changes, reason, workspaceId }: HostAction,
  secrets: SecretScanner,
): void {
  if (!ACTION.test(action) || action.length > LONGEST_ACTION) {
    throw new Error(
      `action must be resource.happened, such as order.refunded, with at most ${LONGEST_ACTION} characters.`,
    );
  }
  const [resource = ''] = action.split('.');
  if (OURS.has(resource.toLowerCase())) throw new Error(`action must not be of ${resource}, which is Latchkey's own.`);
  if (workspaceId !== null && !isId(workspaceId)) {
    throw new Error('workspaceId must be the id of a workspace, or null.');
  }
  for (const { type, id } of targets) {
    if (
      [type, id].some((text) => text === '' || text.length > LONGEST_ID || text.includes('\0') || !text.isWellFormed())
    ) {
      throw new Error(`targets must each have a type and an id of 1 to ${LONGEST_ID} characters.`);
    }
    if (secrets.contains(id)) throw new Error('targets must not have credentials for ids: an id stays on the trail.');
  }
  try {
    canonicalJson({ changes, reason, displays: targets.map(({ display }) => display ?? '') });
  } catch (error) {
    throw new Error('changes, reason and displays must be such as JSON can say: no bigint, NaN or lone surrogate.', {
      cause: error,
    });
  }
}
