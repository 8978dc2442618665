import { hash } from 'node:crypto';
import { searchedId } from '../../input/search-bounds.js';
import type { SecretScanner } from '../../kernel/keys/secret-scanner.js';
import type { Actor, ActorType } from '../../events/actor.js';
import type { Change, DomainEvent, Outcome } from '../../events/domain-event.js';
import type { Attribution } from '../../events/work.js';
import type { AuditEvent } from './audit-event.entity.js';
import type { AuditFurtherTarget } from './audit-further-target.entity.js';
import type { AuditPii } from './audit-pii.entity.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { newSalt } from './salt.js';

/** The immutable part of a record: what its payload says, as canonical JSON. */
interface Payload {
  v: 1;
  id: string;
  workspaceId: string | null;
  action: string;
  occurredDate: string;
  recordedDate: string;
  outcome: Outcome;
  actor: { type: ActorType; id: string; credentialId: string | null };
  targets: { type: string; id: string }[];
  request: { id: string; method: string; route: string } | null;
  statusCode: number | null;
  errorCode: string | null;
  /** SHA-256 over salt and content of the erasable part, hexadecimal. */
  pii: string;
}

/** The erasable part of a record. */
interface Pii {
  actorDisplay: string;
  targetDisplays: string[];
  changes: Change[];
  reason: string | null;
  ip: string | null;
  userAgent: string | null;
}

/** A record as it is shown: who, when, which, what, with which outcome, from where. */
export interface AuditRecord {
  id: string;
  /** Its place in the sealed log; null until it is sealed. */
  sequence: number | null;
  workspaceId: string | null;
  action: string;
  occurredDate: string;
  recordedDate: string;
  outcome: Outcome;
  actor: { type: ActorType; id: string; display: string | null; credentialId: string | null };
  targets: { type: string; id: string; display: string | null }[];
  changes: Change[];
  reason: string | null;
  request: { id: string; method: string; route: string; ip: string | null; userAgent: string | null } | null;
  statusCode: number | null;
  errorCode: string | null;
  integrity: { payloadHash: string; leafHash: string | null };
}

/** The rows that put an event on the trail. */
export interface RecordRows {
  event: AuditEvent;
  furtherTargets: AuditFurtherTarget[];
  pii: AuditPii;
}

export function toRows(
  event: DomainEvent,
  { actor, date: occurred }: Attribution,
  recorded: Date,
  secrets: SecretScanner,
): RecordRows {
  const { origin } = actor;
  const salt = newSalt();
  const content = secrets.redactJson(
    canonicalJson({
      // Also where a credential is disguised, which in JSON is not looked for.
      actorDisplay: secrets.redact(actor.display),
      targetDisplays: event.targets.map(({ display }) => display),
      changes: [...event.changes],
      reason: event.reason,
      ip: origin?.ip ?? null,
      userAgent: origin?.userAgent ?? null,
    } satisfies Pii),
  );
  const payload = canonicalJson({
    v: 1,
    id: event.id,
    workspaceId: event.workspaceId,
    action: event.action,
    occurredDate: occurred.toISOString(),
    recordedDate: recorded.toISOString(),
    outcome: event.outcome,
    actor: { type: actor.type, id: actor.id, credentialId: actor.credentialId },
    targets: event.targets.map(({ type, id }) => ({ type, id })),
    request: origin && { id: origin.id, method: origin.method, route: origin.route },
    statusCode: event.statusCode ?? origin?.successStatus ?? null,
    errorCode: event.errorCode,
    pii: sha256(salt + content),
  } satisfies Payload);
  const { id, workspaceId, action, outcome } = event;
  const occurredDate = occurred.toISOString();
  const [first, ...further] = new Set(event.targets.map((target) => searchedId(target.id)));
  return {
    event: {
      id,
      workspaceId,
      action,
      outcome,
      actorId: searchedId(actor.id),
      targetId: first ?? null,
      occurredDate,
      payload,
      payloadHash: sha256(payload),
    },
    furtherTargets: further.map((targetId) => ({ eventId: id, targetId, workspaceId, outcome, occurredDate })),
    pii: { eventId: event.id, salt, content },
  };
}

/** How many bytes the record of an event takes. */
export function sizeOf(event: DomainEvent, actor: Actor, date: Date, secrets: SecretScanner): number {
  const { event: row, pii } = toRows(event, { actor, date }, date, secrets);
  return Buffer.byteLength(row.payload) + Buffer.byteLength(pii.content);
}

/** A record as it is shown, from what is stored of it; without the erasable part if that is gone. */
export function toRecord(stored: { payload: string; payloadHash: string; content: string | null }): AuditRecord {
  const payload = JSON.parse(stored.payload) as Payload;
  const pii = stored.content === null ? undefined : (JSON.parse(stored.content) as Pii);
  return {
    id: payload.id,
    sequence: null,
    workspaceId: payload.workspaceId,
    action: payload.action,
    occurredDate: payload.occurredDate,
    recordedDate: payload.recordedDate,
    outcome: payload.outcome,
    actor: {
      type: payload.actor.type,
      id: payload.actor.id,
      display: pii?.actorDisplay ?? null,
      credentialId: payload.actor.credentialId,
    },
    targets: payload.targets.map(({ type, id }, at) => ({ type, id, display: pii?.targetDisplays[at] ?? null })),
    changes: pii?.changes ?? [],
    reason: pii?.reason ?? null,
    request: payload.request && { ...payload.request, ip: pii?.ip ?? null, userAgent: pii?.userAgent ?? null },
    statusCode: payload.statusCode,
    errorCode: payload.errorCode,
    integrity: { payloadHash: stored.payloadHash, leafHash: null },
  };
}

function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}
