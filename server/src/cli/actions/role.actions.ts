import { RolesService } from 'latchkey';
import { DELETED } from 'latchkey/internal/http/documentation/delete-result.dto';
import { PageQueryDto } from 'latchkey/internal/input/page-query.dto';
import { PutRoleDto } from 'latchkey/internal/roles/dto/put-role.dto';
import { toRoleDto, toRolePreviewDto, type RoleDto, type RolePreviewDto } from 'latchkey/internal/roles/dto/role.dto';
import { readEnvironment } from '../../config/environment.js';
import { confirm, type ConfirmationOption } from '../confirmation.js';
import { readInput } from '../input.js';
import type { JsonOption } from '../options.js';
import { moreOf, print, table, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface RoleOptions extends JsonOption {
  workspace: string;
}

export interface ListRolesOptions extends RoleOptions {
  page?: number | string;
  limit?: number | string;
}

export interface PutRoleOptions extends RoleOptions {
  name: string;
  permission?: string[];
  description?: string;
}

export interface UpdateRoleOptions extends PutRoleOptions {
  dryRun?: true;
}

export type DeleteRoleOptions = RoleOptions & ConfirmationOption;

export async function listRoles(terminal: Terminal, { json, workspace, ...options }: ListRolesOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(PageQueryDto, options, environment);
  const { total, data } = await Session.run(environment, async (session) =>
    session.get(RolesService).list(await session.actorIn(workspace), query),
  );
  const roles = data.map(toRoleDto);
  print(terminal, json ? { total, data: roles } : roleTable(roles) + moreOf({ total }, roles.length, query.page));
}

export async function createRole(terminal: Terminal, { json, workspace, ...options }: PutRoleOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = readInput(PutRoleDto, settingsOf(options), environment);
  const role = await Session.run(environment, async (session) =>
    toRoleDto(await session.get(RolesService).create(await session.actorIn(workspace), body)),
  );
  print(terminal, json ? role : `Created role ${role.id}, ${visible(role.name)}.`);
}

export async function updateRole(
  terminal: Terminal,
  id: string,
  { json, workspace, dryRun, ...options }: UpdateRoleOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = readInput(PutRoleDto, settingsOf(options), environment);
  if (dryRun) {
    const preview = await Session.run(environment, async (session) =>
      toRolePreviewDto(await session.get(RolesService).preview(await session.actorIn(workspace), id, body)),
    );
    print(terminal, json ? preview : effectTable(preview));
    return;
  }
  const role = await Session.run(environment, async (session) =>
    toRoleDto(await session.get(RolesService).replace(await session.actorIn(workspace), id, body)),
  );
  print(terminal, json ? role : `Updated role ${role.id}, ${visible(role.name)}.`);
}

export async function deleteRole(
  terminal: Terminal,
  id: string,
  { json, yes, workspace }: DeleteRoleOptions,
): Promise<void> {
  await Session.run(readEnvironment(terminal.variables), async (session) => {
    const actor = await session.actorIn(workspace);
    await confirm(terminal, { yes }, async () => {
      const role = await session.get(RolesService).get(actor, id);
      return `This deletes role ${role.id}, ${visible(role.name)}.`;
    });
    await session.get(RolesService).delete(actor, id);
  });
  print(terminal, json ? DELETED : `Deleted role ${id.toLowerCase()}.`);
}

function settingsOf({
  name,
  permission = [],
  description,
}: Pick<PutRoleOptions, 'name' | 'permission' | 'description'>) {
  return { name, permissions: permission, description };
}

function roleTable(roles: RoleDto[]): string {
  const rows = roles.map(({ id, name, builtIn, permissions }) => [
    id,
    name,
    builtIn ? 'built-in' : 'custom',
    permissions.join(','),
  ]);
  return table(['ID', 'NAME', 'KIND', 'PERMISSIONS'], rows);
}

function effectTable({ effects, complete }: RolePreviewDto): string {
  const rows = effects.map(({ type, id, gains, loses }) => [type, id, gains.join(','), loses.join(',')]);
  const known =
    rows.length > 0 ? table(['WHO', 'ID', 'GAINS', 'LOSES'], rows) : 'Nobody would gain or lose a permission.';
  return complete ? known : `${known}\nMore hold the role: only the first 100 members and 100 keys were looked at.`;
}
