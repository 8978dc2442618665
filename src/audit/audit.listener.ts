import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SecretScanner } from '../common/secret-scanner.js';
import type { DomainEvent } from '../events/domain-event.js';
import { InTransaction } from '../events/in-transaction.decorator.js';
import type { Work } from '../events/work.js';
import { toRows } from './audit-record.js';

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
      await insert(work, rows.length, events, pii);
    }
  }
}

async function insert(work: Work, rows: number, events: unknown[], pii: unknown[]): Promise<void> {
  const { both, event, erasable } = rows === 1 ? ONE : insertionsOf(rows);
  if (work.dialect === 'postgres') {
    await work.writeLast(both, [...events, ...pii]);
    return;
  }
  await work.writeLast(event, events);
  await work.writeLast(erasable, pii);
}

function insertionsOf(rows: number): { both: string; event: string; erasable: string } {
  const event = insertion(EVENTS, rows);
  const both = `WITH events AS (${event}) ${insertion(PII, rows, rows * EVENTS.columns.length)}`;
  return { both, event, erasable: insertion(PII, rows) };
}

/** @param before how many parameters come before those of this statement */
function insertion({ table, columns }: typeof EVENTS | typeof PII, rows: number, before = 0): string {
  const places = (row: number) => columns.map((_, column) => `$${before + row * columns.length + column + 1}`);
  const tuples = Array.from({ length: rows }, (_, row) => `(${places(row).join(', ')})`);
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`;
}

/** Nearly every command records one event. */
const ONE = insertionsOf(1);
