import { ApiKeysService, MembersService, PermissionsService, RolesService, WorkspacesService } from 'latchkey';
import { DELETED } from 'latchkey/internal/http/documentation/delete-result.dto';
import { BUILT_IN_ROLES } from 'latchkey/internal/identity/built-in-roles';
import { PageQueryDto } from 'latchkey/internal/input/page-query.dto';
import { CreateWorkspaceDto } from 'latchkey/internal/workspaces/dto/create-workspace.dto';
import { UpdateWorkspaceDto } from 'latchkey/internal/workspaces/dto/update-workspace.dto';
import { toWorkspaceDto } from 'latchkey/internal/workspaces/dto/workspace.dto';
import type { WorkspaceView } from 'latchkey/internal/workspaces/workspaces.service';
import { readEnvironment } from '../../config/environment.js';
import { confirm, countOf, type ConfirmationOption } from '../confirmation.js';
import { readInput } from '../input.js';
import type { JsonOption } from '../options.js';
import { moreOf, print, table, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export interface RenameWorkspaceOptions extends JsonOption {
  name: string;
}

export interface CreateWorkspaceOptions extends RenameWorkspaceOptions {
  externalId?: string;
}

export type DeleteOptions = JsonOption & ConfirmationOption;

export interface ListWorkspacesOptions extends JsonOption {
  page?: number | string;
  limit?: number | string;
}

export async function createWorkspace(
  terminal: Terminal,
  { json, name, externalId }: CreateWorkspaceOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = readInput(CreateWorkspaceDto, { name, externalId }, environment);
  const workspace = await Session.run(environment, (session) =>
    session.get(WorkspacesService).create(session.actor, body),
  );
  const text = `Created workspace ${workspace.id}, ${visible(workspace.name)}.`;
  print(terminal, json ? toWorkspaceDto(workspace) : text);
}

export async function listWorkspaces(terminal: Terminal, { json, page, limit }: ListWorkspacesOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(PageQueryDto, { page, limit }, environment);
  const { total, data } = await Session.run(environment, (session) => session.get(WorkspacesService).list(query));
  if (json) {
    print(terminal, { total, data: data.map(toWorkspaceDto) });
    return;
  }
  const rows = data.map(({ id, name, externalId, createdDate }) => [id, name, externalId ?? '', createdDate]);
  const more = moreOf({ total }, data.length, query.page);
  print(
    terminal,
    total === 0 ? 'There are no workspaces.' : table(['ID', 'NAME', 'EXTERNAL ID', 'CREATED'], rows) + more,
  );
}

export async function renameWorkspace(
  terminal: Terminal,
  reference: string,
  { json, name }: RenameWorkspaceOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = readInput(UpdateWorkspaceDto, { name }, environment);
  const workspace = await Session.run(environment, async (session) => {
    const { id } = await session.get(WorkspacesService).called(reference);
    return session.get(WorkspacesService).update(session.actor, id, body);
  });
  const text = `Workspace ${workspace.id} is named ${visible(workspace.name)}.`;
  print(terminal, json ? toWorkspaceDto(workspace) : text);
}

export async function deleteWorkspace(
  terminal: Terminal,
  reference: string,
  { json, yes }: DeleteOptions,
): Promise<void> {
  const id = await Session.run(readEnvironment(terminal.variables), async (session) => {
    const workspace = await session.get(WorkspacesService).called(reference);
    await confirm(terminal, { yes }, () => lossOf(session, workspace));
    await session.get(WorkspacesService).delete(session.actor, workspace.id);
    await session.get(WorkspacesService).removed();
    return workspace.id;
  });
  print(terminal, json ? DELETED : `Deleted workspace ${id}. Its keys are refused from now on.`);
}

async function lossOf(session: Session, { id, name }: WorkspaceView): Promise<string> {
  const actor = session.actor.in(id);
  const [keys, members, roles, permissions] = await Promise.all([
    session.get(ApiKeysService).list(actor, { limit: 1 }),
    session.get(MembersService).list(actor, { limit: 1 }),
    session.get(RolesService).list(actor, { limit: 1 }),
    session.get(PermissionsService).list(actor),
  ]);
  const everywhere = await session.get(PermissionsService).list(session.actor);
  const parts = [
    countOf(keys.total, 'key'),
    countOf(members.total, 'member'),
    countOf(roles.total - BUILT_IN_ROLES.length, 'role'),
    `${countOf(permissions.length - everywhere.length, 'permission')} of its own`,
  ];
  return `This deletes workspace ${id}, ${visible(name)}, with ${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}.`;
}
