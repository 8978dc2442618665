import { Inject, Injectable } from '@nestjs/common';
import { WorkspaceNotFoundError } from '../auth/errors.js';
import { WorkspaceDirectory } from '../auth/ports.js';
import type { Principal } from '../auth/principal.js';
import { isId, newId } from '../common/ids.js';
import type { PageQueryDto } from '../common/page-query.dto.js';
import { rangeOf } from '../common/page-response.js';
import type { Page } from '../common/paging.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/store-errors.js';
import { changesBetween } from '../events/changes.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import type { CreateWorkspaceDto } from './dto/create-workspace.dto.js';
import { WorkspaceConflictError } from './errors.js';
import { WorkspaceCreated, WorkspaceDeleted, WorkspaceUpdated } from './events.js';
import type { UpdateWorkspaceDto } from './dto/update-workspace.dto.js';
import { WORKSPACE_CONTENTS, type WorkspaceContents } from './workspace-contents.js';
import { Workspace } from './workspace.entity.js';

/** Workspaces: the tenants that keys and records belong to. */
@Injectable()
export class WorkspacesService extends WorkspaceDirectory {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    @Inject(WORKSPACE_CONTENTS) private readonly contents: readonly WorkspaceContents[],
  ) {
    super();
  }

  /** @throws {WorkspaceConflictError} if the name is taken. */
  create(actor: Principal, { name }: CreateWorkspaceDto): Promise<Workspace> {
    return this.unitOfWork.run(actor, async (work) => {
      const date = work.date.toISOString();
      const workspace: Workspace = { id: newId(), name, createdDate: date, updatedDate: date };
      await write(() => work.manager.insert(Workspace, workspace));
      work.record(new WorkspaceCreated(workspace, changesBetween({}, { name })));
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

  /** @throws {WorkspaceNotFoundError} | {WorkspaceConflictError} if the name is taken. */
  rename(actor: Principal, id: string, { name }: UpdateWorkspaceDto): Promise<Workspace> {
    return this.unitOfWork.run(actor, async (work) => {
      const before = await take(work, id);
      if (name === undefined || name === before.name) return before;
      const after: Workspace = { ...before, name, updatedDate: work.date.toISOString() };
      await write(() => work.manager.update(Workspace, { id: after.id }, { name, updatedDate: after.updatedDate }));
      work.record(new WorkspaceUpdated(after, changesBetween({ name: before.name }, { name })));
      return after;
    });
  }

  /**
   * Deletes a workspace with its keys, roles, members and application permissions, in one transaction, with a record
   * for each key. Once this resolves, no instance accepts any of the keys. The trail stays.
   *
   * @throws {WorkspaceNotFoundError}
   */
  delete(actor: Principal, id: string): Promise<void> {
    return this.unitOfWork.run(actor, async (work) => {
      if (isId(id)) work.revoke({ workspaceId: id.toLowerCase() });
      const workspace = await take(work, id);
      for (const contents of this.contents) await contents.deleteAll(work, workspace.id);
      await work.query('DELETE FROM latchkey_workspaces WHERE id = $1', [workspace.id]);
      work.record(new WorkspaceDeleted(workspace, changesBetween({ name: workspace.name }, {})));
    });
  }

  async exists(id: string): Promise<boolean> {
    const rows = await this.database.query('SELECT id FROM latchkey_workspaces WHERE id = $1', [id]);
    return rows.length > 0;
  }
}

/** Takes a workspace to change it: nothing is put into it by others until the commit. */
async function take(work: Work, id: string): Promise<Workspace> {
  const workspace =
    isId(id) && (await work.manager.findOne(Workspace, { where: { id: id.toLowerCase() }, lock: work.lock }));
  if (!workspace) throw new WorkspaceNotFoundError();
  return workspace;
}

async function write(statement: () => Promise<unknown>): Promise<void> {
  try {
    await statement();
  } catch (error) {
    throw isUniqueViolation(error) ? new WorkspaceConflictError() : error;
  }
}
