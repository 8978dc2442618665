import { ApiKeysService } from 'latchkey';
import { toApiKeyDto, type ApiKeyDto } from 'latchkey/internal/api-keys/dto/api-key.dto';
import { CreateApiKeyDto } from 'latchkey/internal/api-keys/dto/create-api-key.dto';
import { DeleteApiKeyDto } from 'latchkey/internal/api-keys/dto/delete-api-key.dto';
import { ListApiKeysDto } from 'latchkey/internal/api-keys/dto/list-api-keys.dto';
import { DELETED } from 'latchkey/internal/http/documentation/delete-result.dto';
import { Clock } from 'latchkey/internal/kernel/clock';
import { readEnvironment } from '../../config/environment.js';
import { confirm, type ConfirmationOption } from '../confirmation.js';
import { readInput } from '../input.js';
import type { JsonOption } from '../options.js';
import { moreOf, print, table, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

interface KeyOptions extends JsonOption {
  workspace: string;
}

export interface CreateKeyOptions extends KeyOptions {
  name: string;
  permission?: string[];
  role?: string[];
  description?: string;
  expiresInSeconds?: number | string;
}

export interface ListKeysOptions extends KeyOptions {
  search?: string;
  status?: string;
  page?: number | string;
  limit?: number | string;
}

export interface DeleteKeyOptions extends KeyOptions, ConfirmationOption {
  reason?: string;
  ifUnusedSinceReport?: string;
}

export async function createKey(
  terminal: Terminal,
  { json, workspace, name, permission, role, ...rest }: CreateKeyOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const { description, expiresInSeconds } = rest;
  const values = { keyName: name, permissions: permission, roles: role, description, expiresInSeconds };
  const body = readInput(CreateApiKeyDto, values, environment);
  const created = await Session.run(environment, async (session) => {
    const created = await session.get(ApiKeysService).create(await session.actorIn(workspace), body);
    return toApiKeyDto(created, session.get(Clock).now(), created.secret);
  });
  print(terminal, json ? created : announcement(created));
}

export async function listKeys(terminal: Terminal, { json, workspace, ...options }: ListKeysOptions): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(ListApiKeysDto, options, environment);
  const { data, ...total } = await Session.run(environment, async (session) => {
    const page = await session.get(ApiKeysService).list(await session.actorIn(workspace), query);
    const now = session.get(Clock).now();
    return { ...page, data: page.data.map((view) => toApiKeyDto(view, now)) };
  });
  if (json) {
    print(terminal, { ...total, data });
    return;
  }
  print(
    terminal,
    total.total === 0 ? 'There are no such keys.' : keyTable(data) + moreOf(total, data.length, query.page),
  );
}

export async function deleteKey(
  terminal: Terminal,
  id: string,
  { json, yes, workspace, reason, ifUnusedSinceReport }: DeleteKeyOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(DeleteApiKeyDto, { reason }, environment);
  const ifMatch = ifUnusedSinceReport === undefined ? undefined : `"${ifUnusedSinceReport.replaceAll('"', '')}"`;
  await Session.run(environment, async (session) => {
    const actor = await session.actorIn(workspace);
    await confirm(terminal, { yes }, async () => {
      const { key } = await session.get(ApiKeysService).get(actor, id);
      return `This deletes API key ${key.id}, ${visible(key.name)}, ${key.hint}.`;
    });
    await session.get(ApiKeysService).delete(actor, id, query, ifMatch);
  });
  print(terminal, json ? DELETED : `Deleted API key ${id.toLowerCase()}. It is refused from now on.`);
}

function announcement({ id, keyName, apiKey }: ApiKeyDto): string {
  return `Created API key ${id}, ${visible(keyName)}. Its secret is shown this once:\n\n${apiKey}\n`;
}

function keyTable(keys: ApiKeyDto[]): string {
  const headings = ['ID', 'NAME', 'KEY', 'STATUS', 'PERMISSIONS', 'ROLES', 'EXPIRES', 'LAST USED'];
  const rows = keys.map(({ id, keyName, apiKey, status, permissions, roles, expirationDate, lastUsedDate }) => [
    id,
    keyName,
    apiKey,
    status,
    permissions.join(','),
    roles.join(','),
    expirationDate ?? 'never',
    lastUsedDate ?? 'never',
  ]);
  return table(headings, rows);
}
