import { Option, type Command } from 'commander';
import type { ListMembersOptions, RemoveMemberOptions, SetMemberOptions } from '../actions/member.actions.js';
import { WorkspaceOption, asNumber, collect, jsonOption, yesOption } from '../options.js';
import type { Terminal } from '../terminal.js';

const actions = () => import('../actions/member.actions.js');

export function addMemberCommands(program: Command, terminal: Terminal): void {
  const member = program.command('member').description('the people of a workspace, and what each may do there');
  member
    .command('list')
    .description('list members, by subject')
    .addOption(new WorkspaceOption())
    .option('--page <number>', 'which page, from 1', asNumber)
    .option('--limit <number>', 'how many a page, 50 unless given', asNumber)
    .addOption(jsonOption())
    .action(async (options: ListMembersOptions) => (await actions()).listMembers(terminal, options));
  member
    .command('set')
    .argument('<subject>', 'the sub of the person’s tokens')
    .description('add a member, or replace what a member holds: what is not given is taken')
    .addOption(new WorkspaceOption())
    .option('--role <name>', 'a role, by name or id; give the option again for more', collect)
    .option('--permission <name>', 'a permission next to those of the roles; again for more', collect)
    .addOption(jsonOption())
    .action(async (subject: string, options: SetMemberOptions) =>
      (await actions()).setMember(terminal, subject, options),
    );
  member
    .command('remove')
    .argument('<subject>', 'the sub of the person’s tokens')
    .description('remove a member; the keys bound to them are refused from then on, also if they are added again')
    .addOption(new WorkspaceOption())
    .addOption(new Option('--keys <what>', 'delete: delete those keys too, for good').choices(['delete']))
    .option('--dry-run', 'change nothing, and print which keys would be orphaned or deleted')
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (subject: string, options: RemoveMemberOptions) =>
      (await actions()).removeMember(terminal, subject, options),
    );
}
