import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { StoredRecords } from '../restore/stored-records.js';

/** Which records the trail has. */
@Injectable()
export class PresentRecords extends StoredRecords {
  constructor(private readonly database: Database) {
    super();
  }

  async present(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const places = ids.map((_, at) => `$${at + 1}`).join(', ');
    const found = await this.database.query<{ id: string }>(
      `SELECT id FROM latchkey_audit_events WHERE id IN (${places})`,
      [...ids],
    );
    return new Set(found.map(({ id }) => id));
  }
}
