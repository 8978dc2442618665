import { createWorkspace, uniqueName, type RunningService } from '../../support/service.js';
import { withSql } from '../../support/sql.js';
import { accepts, remember } from './remembered-key.js';

/**
 * An instance takes something from a key and is killed after its commit, before anybody heard of it; another deletes what was
 * taken.
 *
 * @returns whether the key is still accepted for it, on the instance that did not hear
 */
export async function deleteWhatWasTaken(
  what: 'role' | 'permission',
  here: RunningService,
  there: RunningService,
): Promise<boolean> {
  const { operator } = await createWorkspace(here);
  const permission = `orders:${uniqueName('refund').replace(' ', '')}`;
  await operator.post('/permission', { name: permission, description: 'Give money back.' }).expect(201);
  const role = { name: uniqueName('Refunder'), permissions: [permission] };
  const roleId = String((await operator.post('/role', role).expect(201)).body.id);
  const grant = what === 'role' ? { roles: [roleId] } : { permissions: [permission] };
  const key = (await operator.post('/apikey', { keyName: 'Key', ...grant }).expect(201)).body;
  if (what === 'permission') await operator.delete(`/role/${roleId}`).expect(200);
  await remember(there, key.apiKey);
  if (!(await accepts(there, key.apiKey, [permission]))) throw new Error('The key was not accepted beforehand.');

  const narrowing =
    what === 'role'
      ? `DELETE FROM latchkey_role_assignments WHERE holder_id = '${key.id}'`
      : `UPDATE latchkey_api_keys SET permissions = '["roles:view"]' WHERE id = '${key.id}'`;
  await withSql(here.store, (query) => query(narrowing));
  await operator.delete(what === 'role' ? `/role/${roleId}` : `/permission/${permission}`).expect(200);
  return accepts(there, key.apiKey, [permission]);
}
