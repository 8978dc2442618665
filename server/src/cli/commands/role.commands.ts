import type { Command } from 'commander';
import { WorkspaceOption, asNumber, collect, jsonOption, yesOption } from '../options.js';
import type {
  DeleteRoleOptions,
  ListRolesOptions,
  PutRoleOptions,
  UpdateRoleOptions,
} from '../actions/role.actions.js';
import type { Terminal } from '../terminal.js';

const actions = () => import('../actions/role.actions.js');

export function addRoleCommands(program: Command, terminal: Terminal): void {
  const role = program.command('role').description('the roles of a workspace');
  role
    .command('list')
    .description('list roles: the built-in ones, then the workspace’s own')
    .addOption(new WorkspaceOption())
    .option('--page <number>', 'which page, from 1', asNumber)
    .option('--limit <number>', 'how many a page, 50 unless given', asNumber)
    .addOption(jsonOption())
    .action(async (options: ListRolesOptions) => (await actions()).listRoles(terminal, options));
  addSettings(role.command('create'))
    .description('create a role')
    .action(async (options: PutRoleOptions) => (await actions()).createRole(terminal, options));
  addSettings(role.command('update').argument('<id>', 'the id of the role'))
    .description('replace a role: what is not given is empty afterwards')
    .option('--dry-run', 'change nothing, and print who would gain or lose which permission')
    .action(async (id: string, options: UpdateRoleOptions) => (await actions()).updateRole(terminal, id, options));
  role
    .command('delete')
    .argument('<id>', 'the id of the role')
    .description('delete a role that nobody holds')
    .addOption(new WorkspaceOption())
    .addOption(yesOption())
    .addOption(jsonOption())
    .action(async (id: string, options: DeleteRoleOptions) => (await actions()).deleteRole(terminal, id, options));
}

function addSettings(command: Command): Command {
  return command
    .addOption(new WorkspaceOption())
    .requiredOption('--name <text>', 'a name, unique in the workspace')
    .option('--permission <name>', 'what its holders may do; give the option again for more', collect)
    .option('--description <text>', 'what the role is for')
    .addOption(jsonOption());
}
