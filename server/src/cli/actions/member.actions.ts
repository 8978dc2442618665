import { MembersService } from 'latchkey';
import { DELETED } from 'latchkey/internal/http/documentation/delete-result.dto';
import { PageQueryDto } from 'latchkey/internal/input/page-query.dto';
import { toMemberRemovalPreviewDto } from 'latchkey/internal/members/dto/member-removal-preview.dto';
import { toMemberDto, type MemberDto } from 'latchkey/internal/members/dto/member.dto';
import { PutMemberDto } from 'latchkey/internal/members/dto/put-member.dto';
import type { RemovalPreview } from 'latchkey/internal/members/members.service';
import { readEnvironment } from '../../config/environment.js';
import { confirm, countOf, type ConfirmationOption } from '../confirmation.js';
import { readInput } from '../input.js';
import type { JsonOption } from '../options.js';
import { moreOf, print, table, visible } from '../output.js';
import { Session } from '../session.js';
import type { Terminal } from '../terminal.js';

export interface MemberOptions extends JsonOption {
  workspace: string;
}

export interface ListMembersOptions extends MemberOptions {
  page?: number | string;
  limit?: number | string;
}

export interface SetMemberOptions extends MemberOptions {
  role?: string[];
  permission?: string[];
}

export interface RemoveMemberOptions extends MemberOptions, ConfirmationOption {
  keys?: 'delete';
  dryRun?: true;
}

export async function listMembers(
  terminal: Terminal,
  { json, workspace, ...options }: ListMembersOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const query = readInput(PageQueryDto, options, environment);
  const { total, data } = await Session.run(environment, async (session) =>
    session.get(MembersService).list(await session.actorIn(workspace), query),
  );
  const members = data.map(toMemberDto);
  if (json) {
    print(terminal, { total, data: members });
    return;
  }
  const more = moreOf({ total }, members.length, query.page);
  print(terminal, total === 0 ? 'There are no members.' : memberTable(members) + more);
}

export async function setMember(
  terminal: Terminal,
  subject: string,
  { json, workspace, role, permission }: SetMemberOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  const body = readInput(PutMemberDto, { roles: role, permissions: permission }, environment);
  const member = await Session.run(environment, async (session) =>
    toMemberDto(await session.get(MembersService).put(await session.actorIn(workspace), subject, body)),
  );
  const holds = member.effectivePermissions.join(', ') || 'nothing';
  print(terminal, json ? member : `Member ${visible(member.subject)} may now do: ${holds}.`);
}

export async function removeMember(
  terminal: Terminal,
  subject: string,
  { json, yes, workspace, keys, dryRun }: RemoveMemberOptions,
): Promise<void> {
  const environment = readEnvironment(terminal.variables);
  if (dryRun) {
    const preview = await Session.run(environment, async (session) =>
      session.get(MembersService).previewRemoval(await session.actorIn(workspace), subject, { keys }),
    );
    print(terminal, json ? toMemberRemovalPreviewDto(preview) : previewText(preview));
    return;
  }
  await Session.run(environment, async (session) => {
    const actor = await session.actorIn(workspace);
    await confirm(terminal, { yes }, async () => {
      const { total } = await session.get(MembersService).previewRemoval(actor, subject, { keys });
      const isDeleting = keys === 'delete';
      const fates = `orphans ${countOf(isDeleting ? 0 : total, 'key')} and deletes ${countOf(isDeleting ? total : 0, 'key')}`;
      return `This removes member ${visible(subject)}, ${fates}.`;
    });
    await session.get(MembersService).remove(actor, subject, { keys });
  });
  const fate = keys === 'delete' ? 'deleted' : 'orphaned: refused until they are given to another member';
  print(terminal, json ? DELETED : `Removed member ${visible(subject)}. Their keys are ${fate}.`);
}

function previewText({ total, orphaned, deleted }: RemovalPreview): string {
  const rows = [
    ...orphaned.map(({ id, name }) => [id, name, 'orphaned']),
    ...deleted.map(({ id, name }) => [id, name, 'deleted']),
  ];
  if (rows.length === 0) return 'No key is bound to the member.';
  const others = total > rows.length ? `\nand ${countOf(total - rows.length, 'key')} more` : '';
  return `${table(['KEY', 'NAME', 'WOULD BE'], rows)}${others}`;
}

function memberTable(members: MemberDto[]): string {
  const rows = members.map(({ subject, roles, permissions, effectivePermissions }) => [
    subject,
    roles.join(','),
    permissions.join(','),
    effectivePermissions.join(','),
  ]);
  return table(['SUBJECT', 'ROLES', 'PERMISSIONS', 'MAY DO'], rows);
}
