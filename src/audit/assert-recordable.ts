import { canonicalJson } from '../common/canonical-json.js';
import { isId } from '../common/ids.js';
import type { SecretScanner } from '../common/secret-scanner.js';
import type { Actor } from '../events/actor.js';
import type { Outcome } from '../events/domain-event.js';
import type { HostAction } from './host-event.js';

const ACTION = /^[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)+$/;
const LONGEST_ACTION = 100;
const LONGEST_ID = 255;
const LONGEST_FIELD = 100;
const LONGEST_REASON = 500;
const MOST_TARGETS = 50;
const MOST_CHANGES = 100;
const MOST_BYTES = 64 * 1024;
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
const OUTCOMES: ReadonlySet<unknown> = new Set(['success', 'failure', 'denied'] satisfies Outcome[]);

const FIELDS = {
  action: ['action', 'targets', 'changes', 'reason', 'outcome', 'workspaceId'],
  target: ['type', 'id', 'display'],
  change: ['field', 'before', 'after'],
};

/**
 * Checks what a host wants to put on the trail. An untyped host may give anything.
 *
 * @throws {Error} naming the field that cannot be on the trail; it is a fault of the code that calls.
 */
export function assertRecordable(actor: Actor, action: HostAction, secrets: SecretScanner): void {
  assertText('actor.id', actor.id, 1, LONGEST_ID);
  assertText('actor.display', actor.display, 0, LONGEST_ID);
  assertKnown('', action, FIELDS.action);
  assertAction(action.action);
  const { workspaceId, outcome, reason, targets, changes } = action;
  if (workspaceId !== null && !isId(workspaceId)) {
    throw new Error('workspaceId must be the id of a workspace, or null.');
  }
  if (outcome !== undefined && !OUTCOMES.has(outcome)) {
    throw new Error(`outcome must be one of: ${[...OUTCOMES].join(', ')}.`);
  }
  if (reason !== undefined && reason !== null) assertText('reason', reason, 0, LONGEST_REASON);
  if (targets !== undefined) assertTargets(targets, secrets);
  if (changes !== undefined) assertChanges(changes);
}

function assertAction(action: unknown): void {
  if (typeof action !== 'string' || action.length > LONGEST_ACTION || !ACTION.test(action)) {
    throw new Error(
      `action must be resource.happened, such as order.refunded, with at most ${LONGEST_ACTION} characters.`,
    );
  }
  const [resource = ''] = action.split('.');
  if (OURS.has(resource.toLowerCase())) throw new Error(`action must not be of ${resource}, which is Latchkey's own.`);
}

function assertTargets(targets: unknown, secrets: SecretScanner): void {
  for (const [at, target] of listOf('targets', targets, MOST_TARGETS).entries()) {
    const field = `targets[${at}]`;
    const { type, id, display } = assertKnown(field, target, FIELDS.target);
    assertText(`${field}.type`, type, 1, LONGEST_ID);
    if (secrets.contains(assertText(`${field}.id`, id, 1, LONGEST_ID))) {
      throw new Error(`${field}.id must not have a credential in it: an id stays on the trail.`);
    }
    if (display !== undefined) assertText(`${field}.display`, display, 0, LONGEST_ID);
  }
}

function assertChanges(changes: unknown): void {
  const list = listOf('changes', changes, MOST_CHANGES);
  for (const [at, change] of list.entries()) {
    const { field } = assertKnown(`changes[${at}]`, change, FIELDS.change);
    assertText(`changes[${at}].field`, field, 1, LONGEST_FIELD);
  }
  if (bytesOf(list) > MOST_BYTES) throw new Error(`changes must be at most ${MOST_BYTES} bytes as JSON.`);
}

function bytesOf(changes: readonly unknown[]): number {
  try {
    return Buffer.byteLength(canonicalJson(changes));
  } catch (error) {
    throw new Error('changes must be such as JSON can say: no bigint, NaN or lone surrogate.', { cause: error });
  }
}

function listOf(field: string, value: unknown, most: number): readonly unknown[] {
  if (!Array.isArray(value) || value.length > most) throw new Error(`${field} must be a list of at most ${most}.`);
  return value;
}

/** @returns the value, of which it is known that it has no other fields than these. */
function assertKnown(field: string, value: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error(`${field || 'the action'} must be an object.`);
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const path = field ? `${field}.${unknown}` : unknown;
    throw new Error(`${path.slice(0, LONGEST_ID).toWellFormed()} is not a known field; remove it.`);
  }
  return value as Record<string, unknown>;
}

function assertText(field: string, text: unknown, min: number, max: number): string {
  const isText = typeof text === 'string' && text.length >= min && text.length <= max;
  if (isText && text.isWellFormed() && !text.includes('\0')) return text;
  throw new Error(`${field} must be text of ${min} to ${max} characters, well-formed and without NUL.`);
}
