import { Injectable } from '@nestjs/common';
import { Clock } from '../common/clock.js';
import { SecretScanner } from '../common/secret-scanner.js';
import type { DomainEvent } from '../events/domain-event.js';
import { InTransaction } from '../events/in-transaction.decorator.js';
import type { Work } from '../events/work.js';
import { toRows } from './audit-record.js';

/** Hears every event inside the transaction of its change, and puts it on the trail. */
@Injectable()
export class AuditListener {
  constructor(
    private readonly clock: Clock,
    private readonly secrets: SecretScanner,
  ) {}

  @InTransaction('*')
  async append(work: Work, happened: DomainEvent): Promise<void> {
    const { event, pii } = toRows(happened, work.actor, work.date, this.clock.now(), this.secrets);
    await work.query(
      `INSERT INTO latchkey_audit_events
         (id, workspace_id, action, outcome, actor_id, target_id, occurred_date, payload, payload_hash)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
      [
        event.id,
        event.workspaceId,
        event.action,
        event.outcome,
        event.actorId,
        event.targetId,
        event.occurredDate,
        event.payload,
        event.payloadHash,
      ],
    );
    await work.query('INSERT INTO latchkey_audit_pii (event_id, salt, content) VALUES ($1, $2, $3)', [
      pii.eventId,
      pii.salt,
      pii.content,
    ]);
  }
}
