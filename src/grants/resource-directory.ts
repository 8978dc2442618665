import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { ResourceOwners } from '../refused-attempts/resource-owners.js';

const FROM: Readonly<Record<string, string>> = {
  apikey: 'id, workspace_id FROM latchkey_api_keys WHERE id',
  role: 'id, workspace_id FROM latchkey_roles WHERE id',
  workspace: 'id, id AS workspace_id FROM latchkey_workspaces WHERE id',
  externalId: 'external_id AS id, id AS workspace_id FROM latchkey_workspaces WHERE external_id',
};
const MOST_PARAMETERS = 500;

/** Which workspace keys and roles belong to. What is gone belongs to none. */
@Injectable()
export class ResourceDirectory extends ResourceOwners {
  constructor(private readonly database: Database) {
    super();
  }

  async find(type: string, ids: readonly string[]): Promise<Map<string, string>> {
    const from = FROM[type];
    const owners = new Map<string, string>();
    if (from === undefined) return owners;
    for (let at = 0; at < ids.length; at += MOST_PARAMETERS) {
      const some = ids.slice(at, at + MOST_PARAMETERS);
      const places = some.map((_, index) => `$${index + 1}`).join(', ');
      const rows = await this.database.query<{ id: string; workspace_id: string }>(
        `SELECT ${from} IN (${places})`,
        some,
      );
      for (const { id, workspace_id: workspaceId } of rows) owners.set(id, workspaceId);
    }
    return owners;
  }
}
