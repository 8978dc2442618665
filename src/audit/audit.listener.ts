import { Injectable } from '@nestjs/common';
import { Clock } from '../kernel/clock.js';
import { SecretScanner } from '../kernel/keys/secret-scanner.js';
import type { DomainEvent } from '../events/domain-event.js';
import { InTransaction } from '../events/in-transaction.decorator.js';
import type { Work } from '../events/work.js';
import { toRows, type RecordRows } from './records/audit-record.js';

const EVENTS = {
  table: 'latchkey_audit_events',
  columns: [
    'id',
    'workspace_id',
    'action',
    'outcome',
    'actor_id',
    'target_id',
    'occurred_date',
    'payload',
    'payload_hash',
  ],
} as const;
const FURTHER_TARGETS = {
  table: 'latchkey_audit_further_targets',
  columns: ['event_id', 'target_id', 'workspace_id', 'outcome', 'occurred_date'],
} as const;
const PII = { table: 'latchkey_audit_pii', columns: ['event_id', 'salt', 'content'] } as const;

// Both databases take some 30,000 parameters a statement; this stays far below, with few statements all the same.
const ROWS_A_STATEMENT = 500;

/** Hears every event inside the transaction of its change, and puts it on the trail. */
@Injectable()
export class AuditListener {
  constructor(
    private readonly clock: Clock,
    private readonly secrets: SecretScanner,
  ) {}

  @InTransaction('*')
  async append(work: Work, happened: readonly DomainEvent[]): Promise<void> {
    const recorded = this.clock.now();
    for (let at = 0; at < happened.length; at += ROWS_A_STATEMENT) {
      const some = happened.slice(at, at + ROWS_A_STATEMENT);
      const rows = some.map((event) => toRows(event, work.attributionOf(event), recorded, this.secrets));
      await insertRecords(work, rows);
      await insertFurtherTargets(work, rows);
    }
  }
}

async function insertRecords(work: Work, rows: readonly RecordRows[]): Promise<void> {
  const events = rows.flatMap(({ event }) => [
    event.id,
    event.workspaceId,
    event.action,
    event.outcome,
    event.actorId,
    event.targetId,
    event.occurredDate,
    event.payload,
    event.payloadHash,
  ]);
  const pii = rows.flatMap(({ pii }) => [pii.eventId, pii.salt, pii.content]);
  const { both, event, erasable } = rows.length === 1 ? ONE : insertionsOf(rows.length);
  if (work.dialect === 'postgres') {
    await work.writeLast(both, [...events, ...pii]);
    return;
  }
  await work.writeLast(event, events);
  await work.writeLast(erasable, pii);
}

async function insertFurtherTargets(work: Work, rows: readonly RecordRows[]): Promise<void> {
  const all = rows.flatMap(({ furtherTargets }) => furtherTargets);
  for (let at = 0; at < all.length; at += ROWS_A_STATEMENT) {
    const some = all.slice(at, at + ROWS_A_STATEMENT);
    const values = some.flatMap((one) => [one.eventId, one.targetId, one.workspaceId, one.outcome, one.occurredDate]);
    await work.query(insertion(FURTHER_TARGETS, some.length), values);
  }
}

function insertionsOf(rows: number): { both: string; event: string; erasable: string } {
  const event = insertion(EVENTS, rows);
  const both = `WITH events AS (${event}) ${insertion(PII, rows, rows * EVENTS.columns.length)}`;
  return { both, event, erasable: insertion(PII, rows) };
}

/** @param before how many parameters come before those of this statement */
function insertion(
  { table, columns }: typeof EVENTS | typeof FURTHER_TARGETS | typeof PII,
  rows: number,
  before = 0,
): string {
  const places = (row: number) => columns.map((_, column) => `$${before + row * columns.length + column + 1}`);
  const tuples = Array.from({ length: rows }, (_, row) => `(${places(row).join(', ')})`);
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`;
}

/** Nearly every command records one event. */
const ONE = insertionsOf(1);
