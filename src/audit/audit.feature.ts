import type { Feature } from '../events/feature.js';
import { AuditEvent } from './records/audit-event.entity.js';
import { AuditFurtherTarget } from './records/audit-further-target.entity.js';
import { AuditPii } from './records/audit-pii.entity.js';
import { AuditController } from './audit.controller.js';
import { AuditModule } from './audit.module.js';
import { AuditExported } from './events.js';
import { AuditRecordNotFoundError } from './errors.js';

export const auditFeature = {
  module: AuditModule,
  route: 'audit',
  controllers: [AuditController],
  tag: {
    name: 'Audit',
    description:
      'Who did what to which, when, and how it ended. Reading changes nothing; nothing can be changed or removed.',
  },
  entities: [AuditEvent, AuditFurtherTarget, AuditPii],
  insertOnlyTables: [
    { table: 'latchkey_audit_events', isReplaced: 'id = NEW.id' },
    { table: 'latchkey_audit_further_targets', isReplaced: 'event_id = NEW.event_id AND target_id = NEW.target_id' },
  ],
  events: [AuditExported],
  errors: [AuditRecordNotFoundError],
} as const satisfies Feature;
