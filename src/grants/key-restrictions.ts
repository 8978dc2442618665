import type { RateLimit } from '../identity/principal.js';
import { UNRESTRICTED, type Restrictions } from '../identity/restrictions.js';
import type { Work } from '../events/work.js';

interface Row {
  expiration_date: string | null;
  allowed_ips: string;
  rate_limit: string | null;
}

const COLUMNS = 'expiration_date, allowed_ips, rate_limit';

/** What restricts a key; undefined if it is disabled, expired or orphaned. */
export async function restrictionsOfUsableKey(work: Work, id: string): Promise<Restrictions | undefined> {
  const [row] = await work.query<Row>(
    `SELECT ${COLUMNS} FROM latchkey_api_keys
     WHERE id = $1 AND enabled AND orphaned_date IS NULL AND (expiration_date IS NULL OR expiration_date > $2)`,
    [id, work.now().toISOString()],
  );
  return row && toRestrictions(row);
}

/** What restricts those who hold a role. */
export async function restrictionsOfHolders(work: Work, workspaceId: string, roleId: string): Promise<Restrictions[]> {
  const rows = await work.query<Row & { holder_type: string }>(
    `SELECT DISTINCT assignment.holder_type, ${COLUMNS} FROM latchkey_role_assignments assignment
     LEFT JOIN latchkey_api_keys key ON assignment.holder_type = 'apikey' AND key.id = assignment.holder_id
     WHERE assignment.workspace_id = $1 AND assignment.role_id = $2`,
    [workspaceId, roleId],
  );
  return rows.map((row) => (row.holder_type === 'apikey' ? toRestrictions(row) : UNRESTRICTED));
}

function toRestrictions({ expiration_date, allowed_ips, rate_limit }: Row): Restrictions {
  return {
    expirationDate: expiration_date,
    allowedIps: JSON.parse(allowed_ips) as string[],
    rateLimit: rate_limit === null ? null : (JSON.parse(rate_limit) as RateLimit),
  };
}
