import { Injectable } from '@nestjs/common';
import { ApiKeyDeleted } from '../api-keys/events.js';
import type { DomainEvent } from '../events/domain-event.js';
import { InTransaction } from '../events/in-transaction.decorator.js';
import type { Work } from '../events/work.js';

const MOST_AT_ONCE = 500;

/** Notes which keys were deleted, whichever way: their usage is removed later. There may be much of it. */
@Injectable()
export class DeletedKeysListener {
  @InTransaction(ApiKeyDeleted.action, { persists: false })
  async mark(work: Work, deleted: readonly DomainEvent[]): Promise<void> {
    const ids = deleted.flatMap(({ targets }) => targets.map(({ id }) => id));
    const date = work.date.toISOString();
    for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
      const some = ids.slice(at, at + MOST_AT_ONCE);
      const places = some.map((_, place) => `($${2 * place + 1}, $${2 * place + 2})`).join(', ');
      await work.writeLast(
        `INSERT INTO latchkey_usage_removals (key_id, deleted_date) VALUES ${places} ON CONFLICT (key_id) DO NOTHING`,
        some.flatMap((id) => [id, date]),
      );
    }
  }
}
