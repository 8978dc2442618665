import { Injectable } from '@nestjs/common';
import { WorkspaceDirectory } from '../identity/ports.js';
import { assertPrincipal, type Principal } from '../identity/principal.js';
import { isId, newId } from '../kernel/ids.js';
import { InputChecker } from '../input/input-checker.js';
import { WorkspaceNotFoundError } from '../events/errors.js';
import { rangeOf, type Page } from '../input/paging.js';
import { Database } from '../database/database.js';
import { isUniqueViolation } from '../database/store-errors.js';
import { changesBetween } from '../events/changes.js';
import { UnitOfWork } from '../events/unit-of-work.js';
import type { Work } from '../events/work.js';
import { CreateWorkspaceDto, EnsureWorkspaceDto } from './dto/create-workspace.dto.js';
import { ListWorkspacesDto } from './dto/list-workspaces.dto.js';
import { ExternalIdIsAnIdError, WorkspaceAmbiguousError, WorkspaceConflictError } from './errors.js';
import { WorkspaceCreated, WorkspaceDeleted, WorkspaceUpdated } from './events.js';
import { UpdateWorkspaceDto } from './dto/update-workspace.dto.js';
import { initialQuotas, limitsAfter, limitsOf, quotasOf, quotasOfMany, setLimits, type Quotas } from './quotas.js';
import { WorkspaceRemoval } from './workspace-removal.js';
import { Workspace } from './workspace.entity.js';

/** What the code of a host may know of a workspace. */
export interface WorkspaceView extends Pick<Workspace, 'id' | 'name' | 'externalId' | 'createdDate' | 'updatedDate'> {
  quotas: Quotas;
}

/** Workspaces: the tenants that keys and records belong to. */
@Injectable()
export class WorkspacesService extends WorkspaceDirectory {
  constructor(
    private readonly database: Database,
    private readonly unitOfWork: UnitOfWork,
    private readonly input: InputChecker,
    private readonly removal: WorkspaceRemoval,
  ) {
    super();
  }

  /** @throws {WorkspaceConflictError} if the `externalId` is taken, {ExternalIdIsAnIdError} if it is an id. */
  async create(actor: Principal, input: CreateWorkspaceDto): Promise<WorkspaceView> {
    assertPrincipal(actor);
    const body = this.input.check(CreateWorkspaceDto, input);
    return this.unitOfWork.run(actor, async (work) => {
      const created = await insert(work, body);
      if (!created) throw new WorkspaceConflictError();
      return toView(created, initialQuotas());
    });
  }

  /**
   * Finds the workspace with this `externalId`, or creates it under this name. Of parallel calls one creates it, and all
   * get the same; the name of one that is there stays as it is.
   *
   * @throws {ExternalIdIsAnIdError} if the `externalId` is the id of a workspace.
   */
  async ensure(actor: Principal, input: EnsureWorkspaceDto): Promise<WorkspaceView> {
    assertPrincipal(actor);
    const body = this.input.check(EnsureWorkspaceDto, input);
    const known = await this.byExternalId(body.externalId);
    if (known) return this.view(known);
    return this.unitOfWork.run(actor, async (work) => {
      const created = await insert(work, body);
      const { externalId } = body;
      const workspace = created ?? (await work.manager.findOneByOrFail(Workspace, { externalId }));
      return toView(workspace, await quotasOf(work, workspace.id));
    });
  }

  /** Workspaces in order of their names. */
  async list(input: ListWorkspacesDto = {}): Promise<Page<WorkspaceView>> {
    const { externalId, ...query } = this.input.check(ListWorkspacesDto, input, 'query');
    const where = externalId === undefined ? {} : { externalId };
    const [workspaces, total] = await this.database.read((manager) =>
      manager.findAndCount(Workspace, { where, order: { name: 'ASC', id: 'ASC' }, ...rangeOf(query) }),
    );
    const ids = workspaces.map(({ id }) => id);
    const quotas = await quotasOfMany(this.database, ids);
    return { total, data: workspaces.map((workspace) => toView(workspace, quotas(workspace.id))) };
  }

  /** @throws {WorkspaceNotFoundError} */
  async get(id: string): Promise<WorkspaceView> {
    const workspace =
      isId(id) && (await this.database.read((manager) => manager.findOneBy(Workspace, { id: id.toLowerCase() })));
    if (!workspace) throw new WorkspaceNotFoundError();
    return this.view(workspace);
  }

  /**
   * The workspace that a person names: by its id, its `externalId` or its name.
   *
   * @throws {WorkspaceNotFoundError}
   * @throws {WorkspaceAmbiguousError} if several have that name, or one as its name and another as its `externalId`.
   */
  async called(reference: string): Promise<WorkspaceView> {
    const id = isId(reference) ? reference.toLowerCase() : '';
    const found =
      typeof reference !== 'string' || reference.includes('\0')
        ? []
        : await this.database.read((manager) =>
            manager.find(Workspace, {
              where: [{ id }, { externalId: reference }, { name: reference }],
              order: { id: 'ASC' },
              take: MOST_NAMED,
            }),
          );
    const workspace = found.find((one) => one.id === id) ?? found[0];
    if (!workspace) throw new WorkspaceNotFoundError();
    if (workspace.id !== id && found.length > 1) throw new WorkspaceAmbiguousError(found.map((one) => one.id));
    return this.view(workspace);
  }

  /** The id of a workspace with this name, or undefined; of several, which are alike in their names, any. */
  async idOf(name: string): Promise<string | undefined> {
    const [row] = await this.database.query<{ id: string }>(
      'SELECT id FROM latchkey_workspaces WHERE name = $1 LIMIT 1',
      [name],
    );
    return row?.id;
  }

  /** @throws {WorkspaceNotFoundError} | {WorkspaceConflictError} | {ExternalIdIsAnIdError} */
  async update(actor: Principal, id: string, input: UpdateWorkspaceDto): Promise<WorkspaceView> {
    assertPrincipal(actor);
    const { name, externalId, quotas = {} } = this.input.check(UpdateWorkspaceDto, input);
    return this.unitOfWork.run(actor, async (work) => {
      const before = await take(work, id);
      const settings = {
        name: name ?? before.name,
        externalId: externalId === undefined ? before.externalId : externalId,
      };
      const limits = limitsOf(await quotasOf(work, before.id));
      const changes = [
        ...changesBetween(settingsOf(before), settings),
        ...changesBetween(limits, limitsAfter(limits, quotas)).map((change) => ({
          ...change,
          field: `quotas.${change.field}`,
        })),
      ];
      if (changes.length === 0) return toView(before, await quotasOf(work, before.id));
      if (settings.externalId !== before.externalId) await assertNoId(work, settings.externalId);
      const after: Workspace = { ...before, ...settings, updatedDate: work.date.toISOString() };
      const { updatedDate } = after;
      await write(() => work.manager.update(Workspace, { id: after.id }, { ...settings, updatedDate }));
      await setLimits(work, after.id, quotas);
      work.record(new WorkspaceUpdated(after, changes));
      return toView(after, await quotasOf(work, after.id));
    });
  }

  /**
   * Deletes a workspace with its keys, roles, members and application permissions. Once this resolves, no instance accepts
   * any of the keys, nothing of the workspace is shown any more, and its `externalId` is free. What is stored of it is then
   * removed in the background, with a record for each key; see {@link removed}. The trail stays.
   *
   * @throws {WorkspaceNotFoundError}
   */
  async delete(actor: Principal, id: string): Promise<void> {
    assertPrincipal(actor);
    const command = async (work: Work): Promise<void> => {
      if (isId(id)) work.revoke({ workspaceId: id.toLowerCase() });
      const workspace = await take(work, id);
      await this.removal.mark(work, workspace.id);
      await work.query('DELETE FROM latchkey_workspace_quotas WHERE workspace_id = $1', [workspace.id]);
      await work.query('DELETE FROM latchkey_workspaces WHERE id = $1', [workspace.id]);
      work.record(new WorkspaceDeleted(workspace, changesBetween(settingsOf(workspace), {})));
    };
    // Others lock what is in it in an order of their own.
    await this.unitOfWork.run(actor, command, { aloneIn: id });
    this.removal.start();
  }

  /**
   * Resolves when all that was in deleted workspaces is removed, with a record for each key; or when the rest is left to
   * other instances, or to a later attempt, since the store refuses.
   */
  removed(): Promise<void> {
    return this.removal.finished();
  }

  async find(reference: string): Promise<string | undefined> {
    // PostgreSQL refuses to be asked for text with NUL.
    if (
      typeof reference !== 'string' ||
      reference === '' ||
      reference.length > LONGEST_REFERENCE ||
      reference.includes('\0')
    )
      return undefined;
    const id = reference.toLowerCase();
    const rows = await this.database
      .readsOf(id)
      .query<{ id: string }>('SELECT id FROM latchkey_workspaces WHERE id = $1 OR external_id = $2', [id, reference]);
    return (rows.find((row) => row.id === id) ?? rows[0])?.id;
  }

  private async view(workspace: Workspace): Promise<WorkspaceView> {
    return toView(workspace, await quotasOf(this.database, workspace.id));
  }

  private byExternalId(externalId: string): Promise<Workspace | null> {
    return this.database.read((manager) => manager.findOneBy(Workspace, { externalId }));
  }
}

const LONGEST_REFERENCE = 255;
const MOST_NAMED = 20;

function settingsOf({ name, externalId }: Pick<Workspace, 'name' | 'externalId'>) {
  return { name, externalId };
}

/** @returns undefined if another workspace has the `externalId`. */
async function insert(
  work: Work,
  { name, externalId = null }: { name: string; externalId?: string | null },
): Promise<Workspace | undefined> {
  const date = work.date.toISOString();
  await assertNoId(work, externalId);
  const workspace: Workspace = { id: newId(), name, externalId, createdDate: date, updatedDate: date };
  const inserted = await work.query(
    `INSERT INTO latchkey_workspaces (id, name, external_id, created_date, updated_date) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT DO NOTHING RETURNING id`,
    [workspace.id, name, externalId, date, date],
  );
  if (inserted.length === 0) return undefined;
  work.record(new WorkspaceCreated(workspace, changesBetween({}, settingsOf(workspace))));
  return workspace;
}

/** Only ids that exist are looked for: one that is made later is random, so no `externalId` can have been chosen to equal it. */
async function assertNoId(work: Work, externalId: string | null): Promise<void> {
  if (!isId(externalId)) return;
  const id = externalId.toLowerCase();
  const found = await work.query('SELECT 1 AS found FROM latchkey_workspaces WHERE id = $1', [id]);
  if (found.length > 0) throw new ExternalIdIsAnIdError();
}

function toView({ id, name, externalId, createdDate, updatedDate }: Workspace, quotas: Quotas): WorkspaceView {
  return { id, name, externalId, createdDate, updatedDate, quotas };
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
