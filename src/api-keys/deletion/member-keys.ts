import { Injectable } from '@nestjs/common';
import type { Work } from '../../events/work.js';
import { RoleHolders } from '../../grants/role-holders.js';
import { countOut } from '../../workspaces/quotas.js';
import { statusOf } from '../api-key-status.js';
import { deleteKeys } from './delete-keys.js';
import { ApiKeyOrphaned } from '../events.js';

/** A key that is bound to a member. */
export interface BoundKey {
  id: string;
  name: string;
}

interface BoundRow extends BoundKey {
  /** SQLite has no booleans. */
  enabled: boolean | number;
  expirationDate: string | null;
}

const MOST_NAMED = 200;

const BOUND = 'FROM latchkey_api_keys WHERE workspace_id = $1 AND owner_subject = $2 AND orphaned_date IS NULL';

const REASON = 'The member was removed.';

/** The keys that are bound to a member, when the member goes. The member must be locked: then no key is added to them. */
@Injectable()
export class MemberKeys {
  constructor(private readonly holders: RoleHolders) {}

  /** How many keys are bound to the member now, and the oldest of them: up to 200. */
  async of(work: Work, workspaceId: string, subject: string): Promise<{ total: number; oldest: BoundKey[] }> {
    const parameters = [workspaceId, subject];
    const [counted] = await work.query<{ total: string | number }>(`SELECT COUNT(*) AS total ${BOUND}`, parameters);
    const oldest = await work.query<BoundKey>(`SELECT id, name ${BOUND} ORDER BY id LIMIT ${MOST_NAMED}`, parameters);
    return { total: Number(counted?.total), oldest };
  }

  /** Has the keys refused from now on, also once the member is added again. */
  async orphan(work: Work, workspaceId: string, subject: string): Promise<void> {
    const bound = await lockBound(work, workspaceId, subject);
    const date = work.date.toISOString();
    await work.query(
      `UPDATE latchkey_api_keys SET orphaned_date = $1, updated_date = $2, version = version + 1
       WHERE workspace_id = $3 AND owner_subject = $4 AND orphaned_date IS NULL`,
      [date, date, workspaceId, subject],
    );
    for (const { id, name, enabled, expirationDate } of bound) {
      const before = statusOf({ enabled: Boolean(enabled), expirationDate, orphanedDate: null }, work.date);
      const changes = [{ field: 'status', before, after: 'orphaned' }];
      work.record(new ApiKeyOrphaned({ id, name, workspaceId }, changes, REASON));
    }
  }

  /** Deletes the keys for good. */
  async delete(work: Work, workspaceId: string, subject: string): Promise<void> {
    const ids = (await lockBound(work, workspaceId, subject)).map(({ id }) => id);
    await deleteKeys(work, workspaceId, ids, { reason: REASON });
    for (const id of ids) await this.holders.assign(work, workspaceId, { type: 'apikey', id }, []);
    await countOut(work, workspaceId, 'keys', ids.length);
  }
}

// In the order of ids, as everything that locks many: else two could wait for each other.
function lockBound(work: Work, workspaceId: string, subject: string): Promise<BoundRow[]> {
  return work.query<BoundRow>(
    `SELECT id, name, enabled, expiration_date AS "expirationDate" ${BOUND} ORDER BY id ${work.lock ? 'FOR UPDATE' : ''}`,
    [workspaceId, subject],
  );
}
