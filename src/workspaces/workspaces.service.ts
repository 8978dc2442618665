import { Injectable } from '@nestjs/common';
import { WorkspaceNotFoundError } from '../auth/errors.js';
import { WorkspaceDirectory } from '../auth/ports.js';
import type { Principal } from '../auth/principal.js';
import { isId, newId } from '../common/ids.js';
import type { PageQueryDto } from '../common/page-query.dto.js';
import { rangeOf } from '../common/page-response.js';
import type { Page } from '../common/paging.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/store-errors.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { CreateWorkspaceDto } from './dto/create-workspace.dto.js';
import { WorkspaceConflictError } from './errors.js';
import { WorkspaceCreated } from './events.js';
import { Workspace } from './workspace.entity.js';

/** Workspaces: the tenants that keys and records belong to. */
@Injectable()
export class WorkspacesService extends WorkspaceDirectory {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
  ) {
    super();
  }

  /** @throws {WorkspaceConflictError} if the name is taken. */
  create(actor: Principal, { name }: CreateWorkspaceDto): Promise<Workspace> {
    return this.unitOfWork.run(actor, async (work) => {
      const date = work.date.toISOString();
      const workspace: Workspace = { id: newId(), name, createdDate: date, updatedDate: date };
      try {
        await work.manager.insert(Workspace, workspace);
      } catch (error) {
        throw isUniqueViolation(error) ? new WorkspaceConflictError() : error;
      }
      work.record(new WorkspaceCreated(workspace));
      return workspace;
    });
  }

  /** All workspaces, in order of their names. */
  async list(query: PageQueryDto): Promise<Page<Workspace>> {
    const [data, total] = await this.database.read((manager) =>
      manager.findAndCount(Workspace, { order: { name: 'ASC', id: 'ASC' }, ...rangeOf(query) }),
    );
    return { total, data };
  }

  /** @throws {WorkspaceNotFoundError} */
  async get(id: string): Promise<Workspace> {
    const workspace =
      isId(id) && (await this.database.read((manager) => manager.findOneBy(Workspace, { id: id.toLowerCase() })));
    if (!workspace) throw new WorkspaceNotFoundError();
    return workspace;
  }

  async exists(id: string): Promise<boolean> {
    const rows = await this.database.query('SELECT id FROM latchkey_workspaces WHERE id = $1', [id]);
    return rows.length > 0;
  }
}
