import type { INestApplicationContext } from '@nestjs/common';
import { ApiKeysService, Principal, WorkspacesService } from 'latchkey';

/**
 * Creates a workspace and a key for everything in it, if there is no workspace yet.
 *
 * @returns the key, which is to be found nowhere afterwards; undefined if there is nothing to do
 */
export async function createFirstKey(app: INestApplicationContext): Promise<string | undefined> {
  const workspaces = app.get(WorkspacesService);
  const { total } = await workspaces.list({});
  if (total > 0) return undefined;
  const { id } = await workspaces.create(Principal.system('first start'), { name: 'Shop' });
  const actor = Principal.system('first start', id);
  const { secret } = await app.get(ApiKeysService).create(actor, { keyName: 'First key', permissions: ['*'] });
  return secret;
}
