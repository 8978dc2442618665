import { canonicalJson } from '../../kernel/canonical-json.js';
import { isId } from '../../kernel/ids.js';
import type { SecretScanner } from '../../kernel/keys/secret-scanner.js';
import type { Actor, ActorType, RequestOrigin } from '../../events/actor.js';
import type { Change, Outcome, Target } from '../../events/domain-event.js';
import { HostEvent } from '../host-event.js';

const ACTION = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)+$/;
const LONGEST_ACTION = 100;
const LONGEST_ID = 255;
const LONGEST_FIELD = 100;
const LONGEST_REASON = 500;
const MOST_TARGETS = 50;
const MOST_CHANGES = 100;
const MOST_CHANGES_BYTES = 64 * 1024;
/** How much of what a request said of itself is kept. */
const LONGEST = { id: 255, method: 32, route: 1024, ip: 64, userAgent: 512 };
const OURS: ReadonlySet<string> = new Set([
  'apikey',
  'audit',
  'auth',
  'member',
  'operator',
  'permission',
  'request',
  'role',
  'system',
  'workspace',
]);
const ACTORS: ReadonlySet<unknown> = new Set([
  'apikey',
  'user',
  'operator',
  'system',
  'anonymous',
] satisfies ActorType[]);
const OUTCOMES: ReadonlySet<unknown> = new Set(['success', 'failure', 'denied'] satisfies Outcome[]);

const FIELDS = {
  action: ['action', 'targets', 'changes', 'reason', 'outcome', 'workspaceId'],
  target: ['type', 'id', 'display'],
  change: ['field', 'before', 'after'],
};

/**
 * What a host wants to put on the trail, checked, without credentials, and read once into plain data: an untyped host may
 * give anything, also what says something else each time that it is asked.
 *
 * @throws {Error} naming the field that cannot be on the trail; it is a fault of the code that calls.
 */
export function recordableOf(
  actor: unknown,
  action: unknown,
  secrets: SecretScanner,
): { actor: Actor; event: HostEvent } {
  const reader = new Reader(secrets);
  const by = reader.actor(actor);
  return { actor: by, event: reader.event(action, by.workspaceId) };
}

class Reader {
  constructor(private readonly secrets: SecretScanner) {}

  actor(given: unknown): Actor {
    const { type, id, display, credentialId = null, workspaceId = null, origin = null } = objectOf('actor', given);
    if (!ACTORS.has(type)) throw new Error(`actor.type must be one of: ${[...ACTORS].join(', ')}.`);
    return {
      type: type as ActorType,
      id: this.id('actor.id', id),
      display: this.text('actor.display', display, 0, LONGEST_ID),
      credentialId: credentialId === null ? null : this.id('actor.credentialId', credentialId),
      workspaceId: workspaceIdOf('actor.workspaceId', workspaceId),
      origin: origin === null ? null : this.origin(origin),
    };
  }

  event(given: unknown, actorsWorkspace: string | null): HostEvent {
    const facts = knownFieldsOf('', given, FIELDS.action);
    const { workspaceId = actorsWorkspace, outcome = 'success', reason = null, targets = [], changes = [] } = facts;
    if (!OUTCOMES.has(outcome)) throw new Error(`outcome must be one of: ${[...OUTCOMES].join(', ')}.`);
    return new HostEvent(this.action(facts['action']), {
      workspaceId: workspaceIdOf('workspaceId', workspaceId),
      outcome: outcome as Outcome,
      reason: reason === null ? null : this.text('reason', reason, 0, LONGEST_REASON),
      targets: listOf('targets', targets, MOST_TARGETS).map((target, at) => this.target(`targets[${at}]`, target)),
      changes: this.changes(listOf('changes', changes, MOST_CHANGES)),
    });
  }

  private action(action: unknown): string {
    if (typeof action !== 'string' || action.length > LONGEST_ACTION || !ACTION.test(action)) {
      throw new Error(
        `action must be resource.happened, such as order.refunded, with at most ${LONGEST_ACTION} characters.`,
      );
    }
    const [resource = ''] = action.split('.');
    if (OURS.has(resource.toLowerCase()))
      throw new Error(`action must not be of ${resource}, which is Latchkey's own.`);
    if (this.secrets.redact(action) !== action) throw new Error('action must not have a credential in it.');
    return action;
  }

  private target(field: string, given: unknown): Target {
    const { type, id, display = '' } = knownFieldsOf(field, given, FIELDS.target);
    return {
      type: this.id(`${field}.type`, type),
      id: this.id(`${field}.id`, id),
      display: this.text(`${field}.display`, display, 0, LONGEST_ID),
    };
  }

  private changes(given: readonly unknown[]): Change[] {
    const changes = given.map((change, at) => {
      const { field, before = null, after = null } = knownFieldsOf(`changes[${at}]`, change, FIELDS.change);
      return { field: this.text(`changes[${at}].field`, field, 1, LONGEST_FIELD), before, after };
    });
    const text = this.secrets.redactJson(jsonOf(changes));
    if (Buffer.byteLength(text) > MOST_CHANGES_BYTES) {
      throw new Error(`changes must be at most ${MOST_CHANGES_BYTES} bytes as JSON.`);
    }
    const shown = (_: string, value: unknown) => (typeof value === 'string' ? this.secrets.redact(value) : value);
    return JSON.parse(text, shown) as Change[];
  }

  /** Nothing of it is the caller's to correct: it is cut. */
  private origin(given: unknown): RequestOrigin {
    const { id, method, route, ip = null, userAgent = null, successStatus } = objectOf('actor.origin', given);
    if (!Number.isInteger(successStatus)) throw new Error('actor.origin.successStatus must be a status of HTTP.');
    return {
      id: this.cut('id', id),
      method: this.cut('method', method),
      route: this.cut('route', route),
      ip: ip === null ? null : this.cut('ip', ip),
      userAgent: userAgent === null ? null : this.cut('userAgent', userAgent),
      successStatus: successStatus as number,
    };
  }

  private cut(field: keyof typeof LONGEST, text: unknown): string {
    if (typeof text !== 'string') throw new Error(`actor.origin.${field} must be text.`);
    const clean = this.secrets.redact(text.toWellFormed()).replaceAll('\0', '\ufffd');
    return clean.slice(0, LONGEST[field]).toWellFormed();
  }

  /** Text that stays on the trail for ever. */
  private id(field: string, given: unknown): string {
    const id = textOf(field, given, 1, LONGEST_ID);
    if (this.secrets.contains(id)) {
      throw new Error(`${field} must not have a credential in it: it stays on the trail.`);
    }
    return this.secrets.redact(id);
  }

  private text(field: string, given: unknown, min: number, max: number): string {
    return this.secrets.redact(textOf(field, given, min, max));
  }
}

function jsonOf(changes: readonly unknown[]): string {
  try {
    return canonicalJson(changes);
  } catch (error) {
    throw new Error('changes must be such as JSON can say: no bigint, NaN or lone surrogate.', { cause: error });
  }
}

function workspaceIdOf(field: string, given: unknown): string | null {
  if (given === null) return null;
  if (typeof given !== 'string' || !isId(given)) throw new Error(`${field} must be the id of a workspace, or null.`);
  return given.toLowerCase();
}

/** Its items, read once. */
function listOf(field: string, value: unknown, most: number): readonly unknown[] {
  const items = Array.isArray(value) ? (value as unknown[]).slice(0, most + 1) : undefined;
  if (!items || items.length > most) throw new Error(`${field} must be a list of at most ${most}.`);
  return Array.from(items);
}

function objectOf(field: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`${field || 'the action'} must be an object.`);
  return value as Record<string, unknown>;
}

/** The fields of an object, each read once, which has no others than these. */
function knownFieldsOf(field: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  const object = objectOf(field, value);
  const unknown = Object.keys(object).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const path = field ? `${field}.${unknown}` : unknown;
    throw new Error(`${path.slice(0, LONGEST_ID).toWellFormed()} is not a known field; remove it.`);
  }
  return Object.fromEntries(known.map((name) => [name, object[name]]));
}

function textOf(field: string, text: unknown, min: number, max: number): string {
  const isText = typeof text === 'string' && text.length >= min && text.length <= max;
  if (isText && text.isWellFormed() && !text.includes('\0')) return text;
  throw new Error(`${field} must be text of ${min} to ${max} characters, well-formed and without NUL.`);
}
