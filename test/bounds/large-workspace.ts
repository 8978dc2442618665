import { toSearchName, wordsOf } from '../../src/api-keys/search/search-words.js';
import { withSql } from '../support/sql.js';
import type { Store } from '../support/stores.js';

const KEYS = 99_000;
const MEMBERS = 99_000;
const ROLES = 500;
const PERMISSIONS = 1000;
const PERMISSIONS_OF_A_ROLE = 200;
const ROLES_OF_A_HOLDER = 20;
/** Of each kind, on the first page of their lists: as many as a page takes, with all that one may have. */
const HOLDERS = 200;
const RECORDS = 500;
const LONGEST_NAME = 100;
const MOST_METADATA = 8 * 1024;
const DATE = "'2026-01-01T00:00:00.000Z'";

export const idOf = (at: number): string => `01900000-0000-7000-8000-${at.toString(16).padStart(12, '0')}`;
export const subjectOf = (at: number): string => `member${at.toString(16).padStart(12, '0')}`;
export const permissionOf = (at: number): string => `resource${at % 50}:action${at}.`.padEnd(LONGEST_NAME, 'x');

const GRANTS = JSON.stringify(Array.from({ length: PERMISSIONS_OF_A_ROLE }, (_, at) => permissionOf(at * 5)));
const METADATA = JSON.stringify({ text: 'x'.repeat(MOST_METADATA - 11) });
const CHANGES = JSON.stringify({
  actorDisplay: 'first',
  targetDisplays: ['Role 0'],
  changes: [{ field: 'permissions', before: JSON.parse(GRANTS), after: JSON.parse(GRANTS) }],
  reason: null,
  ip: null,
  userAgent: null,
});

/** A column that is as long as can be of those that hold most. */
function ofHolders(longest: string, other: string): string {
  return `CASE WHEN i < ${HOLDERS} THEN '${longest}' ELSE '${other}' END`;
}

/** Fills a workspace to about what its quotas allow, behind the service's back. */
export async function fillWorkspace(store: Store, workspaceId: string): Promise<void> {
  const isPostgres = store.kind === 'postgres';
  const hex = isPostgres ? "lpad(to_hex(i), 12, '0')" : "printf('%012x', i)";
  const id = `'01900000-0000-7000-8000-' || ${hex}`;
  const hash = isPostgres ? "lpad(i::text, 43, '0')" : "printf('%043d', i)";
  const numbers = (count: number): string =>
    `WITH RECURSIVE numbers(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < ${count - 1})`;
  const insert = (table: string, columns: string, count: number, values: string): string =>
    isPostgres
      ? `${numbers(count)} INSERT INTO ${table} (${columns}) SELECT ${values} FROM numbers`
      : `INSERT INTO ${table} (${columns}) ${numbers(count)} SELECT ${values} FROM numbers`;
  await withSql(store, async (query) => {
    const permissions = Array.from(
      { length: PERMISSIONS },
      (_, at) => `('${workspaceId}', '${permissionOf(at)}', 'Some', ${DATE})`,
    );
    await query(
      `INSERT INTO latchkey_permissions (workspace_id, name, description, created_date) VALUES ${permissions.join(', ')}`,
    );
    for (let at = 0; at < ROLES; at += 50) {
      const rows = Array.from({ length: 50 }, (_, n) => {
        const role = at + n;
        const names = Array.from({ length: PERMISSIONS_OF_A_ROLE }, (_, m) =>
          permissionOf((role * 37 + m * 5) % PERMISSIONS),
        );
        return `('${idOf(role)}', '${workspaceId}', 'Role ${role}', 'role ${role}', '${JSON.stringify(names)}', ${DATE}, ${DATE})`;
      });
      await query(
        `INSERT INTO latchkey_roles (id, workspace_id, name, name_folded, permissions, created_date, updated_date) VALUES ${rows.join(', ')}`,
      );
    }
    await query(
      insert(
        'latchkey_api_keys',
        'id, workspace_id, name, search_name, hash, enabled, hint, permissions, allowed_ips, metadata, created_date, updated_date, created_by, version',
        KEYS,
        `${id}, '${workspaceId}', 'Key ' || i, '${toSearchName(wordsOf('Key'))}', ${hash}, true, 'lk_abcd…wxyz', ${ofHolders(GRANTS, '["apikeys:view"]')}, '[]', ${ofHolders(METADATA, '{}')}, ${DATE}, ${DATE}, '{"type":"operator","id":"first","display":"first"}', 1`,
      ),
    );
    await query(
      insert(
        'latchkey_api_key_words',
        'workspace_id, word, key_id',
        KEYS,
        `'${workspaceId}', '${wordsOf('Key').join('')}', ${id}`,
      ),
    );
    await query(
      insert(
        'latchkey_members',
        'workspace_id, subject, permissions, created_date, updated_date',
        MEMBERS,
        `'${workspaceId}', 'member' || ${hex}, ${ofHolders(GRANTS, '[]')}, ${DATE}, ${DATE}`,
      ),
    );
    for (const [type, holder] of [
      ['apikey', id],
      ['member', `'member' || ${hex}`],
    ]) {
      await query(
        insert(
          'latchkey_role_assignments',
          'workspace_id, holder_type, holder_id, role_id, position',
          HOLDERS * ROLES_OF_A_HOLDER,
          `'${workspaceId}', '${type}', ${holder?.replaceAll(/\bi\b/g, `(i / ${ROLES_OF_A_HOLDER})`)}, '01900000-0000-7000-8000-' || ${
            isPostgres ? `lpad(to_hex((i * 7) % ${ROLES}), 12, '0')` : `printf('%012x', (i * 7) % ${ROLES})`
          }, i % ${ROLES_OF_A_HOLDER}`,
        ),
      );
    }
    const payload = JSON.stringify({
      workspaceId,
      action: 'role.updated',
      occurredDate: '2026-01-01T00:00:00.000Z',
      recordedDate: '2026-01-01T00:00:00.000Z',
      outcome: 'success',
      actor: { type: 'operator', id: 'first', credentialId: null },
      targets: [{ type: 'role', id: idOf(0) }],
      request: null,
      statusCode: 200,
      errorCode: null,
    });
    await query(
      insert(
        'latchkey_audit_events',
        'id, workspace_id, action, outcome, actor_id, target_id, occurred_date, payload, payload_hash',
        RECORDS,
        `${id}, '${workspaceId}', 'role.updated', 'success', 'first', '${idOf(0)}', ${DATE}, '${payload.replace('{', `{"id":"' || ${id} || '",`)}', 'none'`,
      ),
    );
    await query(insert('latchkey_audit_pii', 'event_id, salt, content', RECORDS, `${id}, 'none', '${CHANGES}'`));
    if (isPostgres) await query('ANALYZE');
  });
}
