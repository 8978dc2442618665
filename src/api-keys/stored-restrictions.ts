import { Injectable } from '@nestjs/common';
import type { RateLimit } from '../identity/principal.js';
import type { Restrictions } from '../identity/restrictions.js';
import type { Work } from '../events/work.js';
import { KeyRestrictions } from '../grants/key-restrictions.js';
import { holdersOfRole } from '../grants/role-assignments.sql.js';

interface Row {
  expiration_date: string | null;
  allowed_ips: string;
  rate_limit: string | null;
}

const COLUMNS = 'expiration_date, allowed_ips, rate_limit';

/** What restricts keys, as it is stored. */
@Injectable()
export class StoredRestrictions extends KeyRestrictions {
  async ofUsableKey(work: Work, id: string): Promise<Restrictions | undefined> {
    const [row] = await work.query<Row>(
      `SELECT ${COLUMNS} FROM latchkey_api_keys
       WHERE id = $1 AND enabled AND orphaned_date IS NULL AND (expiration_date IS NULL OR expiration_date > $2)`,
      [id, work.now().toISOString()],
    );
    return row && toRestrictions(row);
  }

  async ofHolders(work: Work, workspaceId: string, roleId: string): Promise<Restrictions[]> {
    const rows = await work.query<Row>(
      `SELECT DISTINCT ${COLUMNS} FROM latchkey_api_keys
       WHERE id IN (${holdersOfRole({ type: 'apikey', workspaceId: '$1', roleId: '$2' })})`,
      [workspaceId, roleId],
    );
    return rows.map(toRestrictions);
  }
}

function toRestrictions({ expiration_date, allowed_ips, rate_limit }: Row): Restrictions {
  return {
    expirationDate: expiration_date,
    allowedIps: JSON.parse(allowed_ips) as string[],
    rateLimit: rate_limit === null ? null : (JSON.parse(rate_limit) as RateLimit),
  };
}
