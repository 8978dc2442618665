import { Injectable } from '@nestjs/common';
import { Database } from '../database/database.js';
import { FeatureTables } from '../events/feature-tables.js';

/** A thing that a caller named. */
export interface NamedThing {
  type: string;
  id: string;
}

const MOST_PARAMETERS = 500;

/** Tells which workspaces things belong to. What is gone belongs to none. */
@Injectable()
export class ResourceOwners {
  constructor(
    private readonly database: Database,
    private readonly tables: FeatureTables,
  ) {}

  /** Of these ids of one type, those that belong to a workspace, and which; a workspace belongs to itself. */
  async find(type: string, ids: readonly string[]): Promise<Map<string, string>> {
    const resource = this.tables.resource(type);
    const owners = new Map<string, string>();
    if (!resource) return owners;
    const { table, id: column, workspace } = resource;
    for (let at = 0; at < ids.length; at += MOST_PARAMETERS) {
      const some = ids.slice(at, at + MOST_PARAMETERS);
      const places = some.map((_, index) => `$${index + 1}`).join(', ');
      const rows = await this.database.query<{ id: string; workspace_id: string }>(
        `SELECT ${column} AS id, ${workspace} AS workspace_id FROM ${table} WHERE ${column} IN (${places})`,
        some,
      );
      for (const { id, workspace_id: workspaceId } of rows) owners.set(id, workspaceId);
    }
    return owners;
  }
}
