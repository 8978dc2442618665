import { DomainEvent } from '../events/domain-event.js';

/** What a database lacks of the records that were acknowledged last. */
export interface Lag {
  /** How many: of 64 at most that are noted. */
  missing: number;
  /** When the first and the last of them were made. */
  firstDate: string;
  lastDate: string;
}

/** A restored database is served because somebody accepted it, though it lacks records that were acknowledged. */
export class LogRestored extends DomainEvent {
  static readonly action = 'audit.log_restored';
  readonly action = LogRestored.action;

  constructor(databaseId: string, { missing, firstDate, lastDate }: Lag) {
    super({
      workspaceId: null,
      targets: [{ type: 'database', id: databaseId, display: 'Database' }],
      changes: [
        { field: 'missingRecords', before: missing, after: 0 },
        { field: 'firstMissingDate', before: firstDate, after: null },
        { field: 'lastMissingDate', before: lastDate, after: null },
      ],
    });
  }
}
