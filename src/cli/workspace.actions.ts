import { DELETED } from '../common/delete-result.dto.js';
import { PageQueryDto } from '../common/page-query.dto.js';
import { readEnvironment } from '../config/environment.js';
import { CreateWorkspaceDto } from '../workspaces/dto/create-workspace.dto.js';
import { UpdateWorkspaceDto } from '../workspaces/dto/update-workspace.dto.js';
import { toWorkspaceDto } from '../workspaces/dto/workspace.dto.js';
import { WorkspacesService } from '../workspaces/workspaces.service.js';
import { readInput } from './input.js';
import type { JsonOption } from './options.js';
import { moreOf, print, table, visible } from './output.js';
import { Session } from './session.js';
import type { Terminal } from './terminal.js';

export interface CreateWorkspaceOptions extends JsonOption {
  name: string;
}

export type RenameWorkspaceOptions = CreateWorkspaceOptions;

export interface ListWorkspacesOptions extends JsonOption {
  page?: number | string;
  limit?: number | string;
}

export async function createWorkspace(terminal: Terminal, { json, name }: CreateWorkspaceOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = await readInput(CreateWorkspaceDto, { name }, environment);
  const workspace = await Session.run(environment, (session) =>
    session.get(WorkspacesService).create(session.actor, body),
  );
  const text = `Created workspace ${workspace.id}, ${visible(workspace.name)}.`;
  print(terminal, json ? toWorkspaceDto(workspace) : text);
}

export async function listWorkspaces(terminal: Terminal, { json, page, limit }: ListWorkspacesOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = await readInput(PageQueryDto, { page, limit }, environment);
  const { total, data } = await Session.run(environment, (session) => session.get(WorkspacesService).list(query));
  if (json) {
    print(terminal, { total, data: data.map(toWorkspaceDto) });
    return;
  }
  const rows = data.map(({ id, name, createdDate }) => [id, name, createdDate]);
  const more = moreOf(total, data.length, query.page);
  print(terminal, total === 0 ? 'There are no workspaces.' : table(['ID', 'NAME', 'CREATED'], rows) + more);
}

export async function renameWorkspace(
  terminal: Terminal,
  id: string,
  { json, name }: RenameWorkspaceOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = await readInput(UpdateWorkspaceDto, { name }, environment);
  const workspace = await Session.run(environment, (session) =>
    session.get(WorkspacesService).rename(session.actor, id, body),
  );
  const text = `Workspace ${workspace.id} is named ${visible(workspace.name)}.`;
  print(terminal, json ? toWorkspaceDto(workspace) : text);
}

export async function deleteWorkspace(terminal: Terminal, id: string, { json }: JsonOption): Promise<void> {
  await Session.run(readEnvironment(terminal.variables), (session) =>
    session.get(WorkspacesService).delete(session.actor, id),
  );
  print(terminal, json ? DELETED : `Deleted workspace ${id.toLowerCase()}. Its keys are refused from now on.`);
}
