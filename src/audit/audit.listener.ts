import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SecretScanner } from '../common/secret-scanner.js';
import type { DomainEvent } from '../events/domain-event.js';
import { InTransaction } from '../events/in-transaction.decorator.js';
import type { Work } from '../events/work.js';
import { toRows } from './audit-record.js';

const EVENT_COLUMNS = [
  'id',
  'workspace_id',
  'action',
  'outcome',
  'actor_id',
  'target_id',
  'occurred_date',
  'payload',
  'payload_hash',
];
const PII_COLUMNS = ['event_id', 'salt', 'content'];

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
      const rows = some.map((event) => toRows(event, work.actor, work.date, recorded, this.secrets));
      await insert(
        work,
        'latchkey_audit_events',
        EVENT_COLUMNS,
        rows.map(({ event }) => [
          event.id,
          event.workspaceId,
          event.action,
          event.outcome,
          event.actorId,
          event.targetId,
          event.occurredDate,
          event.payload,
          event.payloadHash,
        ]),
      );
      await insert(
        work,
        'latchkey_audit_pii',
        PII_COLUMNS,
        rows.map(({ pii }) => [pii.eventId, pii.salt, pii.content]),
      );
    }
  }
}

async function insert(
  work: Work,
  table: string,
  columns: readonly string[],
  rows: readonly unknown[][],
): Promise<void> {
  const tuples = rows.map(
    (_, row) => `(${columns.map((_, column) => `$${row * columns.length + column + 1}`).join(', ')})`,
  );
  await work.query(`INSERT INTO ${table} (${columns.join(', ')}) VALUES ${tuples.join(', ')}`, rows.flat());
}
